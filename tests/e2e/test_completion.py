"""Completion in a real bash: its own variables in, its own candidates out."""

from __future__ import annotations

import shlex
import shutil
import subprocess
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


@pytest.mark.parametrize(
    ("shell", "check"), [("zsh", ("zsh", "-n")), ("fish", ("fish", "--no-execute"))]
)
def test_other_shells_take_their_scripts_where_they_are_installed(
    shell: str, check: tuple[str, ...], bare: Shell
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = bare.folder / shlex.quote(shell)
    script.write_text(bare.run("stacksets", "completion", shell).stdout)
    subprocess.run([*check, str(script)], check=True)
