"""Completion in a real bash: its own variables in, its own candidates out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.shell import Shell

pytestmark = pytest.mark.e2e

# What bash does when a person presses the tab key after the words.
TAB = """
eval "$(stacksets completion bash)"
[[ $(complete -p stacksets) == *-F\\ _stacksets_completion\\ stacksets ]] || exit 9
compopt() { printf 'compopt %s %s\\n' "$@"; }
press_tab() {
    COMP_WORDS=(stacksets "$@") COMP_CWORD=$# COMPREPLY=()
    _stacksets_completion stacksets
    printf '%s\\n' "${COMPREPLY[@]}" --
}
"""
PROFILES = "[default]\n[profile review]\n"


def test_bash_completes_commands_environments_profiles_and_files(bare: Shell) -> None:
    (bare.folder / "aws").write_text(PROFILES)
    variables = {"AWS_CONFIG_FILE": str(bare.folder / "aws")}
    typed = """
    press_tab de
    press_tab deploy --environment ""
    press_tab plan --profile r
    press_tab plan -f stack
    """

    done = bare.run("bash", "--norc", "-c", TAB + typed, **variables)

    assert (done.returncode, done.stderr) == (0, "")
    assert [one.splitlines() for one in done.stdout.split("--\n")] == [
        ["deploy", "destroy"],
        ["dev", "prod", "review"],
        ["review"],
        ["compopt -o default"],
        [],
    ]
