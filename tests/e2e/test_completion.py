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
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_stacksets_completion stacksets
printf '%s\\n' "${COMPREPLY[@]}"
"""
PROFILES = "[default]\n[profile review]\n"


def _press_tab(shell: Shell, *words: str) -> list[str]:
    (shell.folder / "aws").write_text(PROFILES)
    variables = {"AWS_CONFIG_FILE": str(shell.folder / "aws")}
    done = shell.run("bash", "--norc", "-c", TAB, "bash", "stacksets", *words, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def test_bash_completes_commands_environments_profiles_and_files(bare: Shell) -> None:
    assert _press_tab(bare, "de") == ["deploy", "destroy"]
    assert _press_tab(bare, "deploy", "--environment", "") == ["dev", "prod", "review"]
    assert _press_tab(bare, "plan", "--profile", "r") == ["review"]
    assert _press_tab(bare, "plan", "-f", "stack") == ["compopt -o default", ""]
