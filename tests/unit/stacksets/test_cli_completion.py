"""What shells are given to complete with, and what they are offered."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from stacksets.cli import main
from stacksets.cli.edge import stacksets
from stacksets.cli.session import Flags, Session
from tests.worlds import a_world

FILE = """
[environments.dev]
[environments.prod]
[environments."pr-*"]
"""


@pytest.fixture
def offered(tmp_path):
    """Give what is offered after some words, with the deployment file and AWS's files there."""
    (tmp_path / "stacksets.toml").write_text(FILE)
    (tmp_path / "other.toml").write_text("[environments.stage]\n")

    def offer(*words, incomplete="", **environ):
        session = Session(a_world(environ=environ), Flags())
        shell = ShellComplete(stacksets, {"obj": session}, "stacksets", "_STACKSETS_COMPLETE")
        typed = [str(tmp_path / one) if one.endswith(".toml") else one for one in words]
        return [one.value for one in shell.get_completions(typed, incomplete)]

    return offer


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", ["complete -o nosort -F _stacksets_completion stacksets", "bash_complete"]),
        ("zsh", ["#compdef stacksets", "compdef _stacksets_completion stacksets", "zsh_complete"]),
        ("fish", ["complete --no-files --command stacksets", "fish_complete"]),
    ],
)
def test_a_shell_gets_its_script(shell, words):
    world = a_world()

    assert main(["completion", shell], world) == 0
    said = world.stdout.getvalue()
    assert [one for one in (*words, "_STACKSETS_COMPLETE") if one not in said] == []
    assert said.endswith("\n")


def test_commands_and_flags_are_offered(offered):
    assert offered(incomplete="de") == ["deploy", "destroy"]
    assert offered("deploy", incomplete="--env") == ["--environment"]
    assert offered("deploy", "--if-busy") == ["wait", "refuse"]


def test_the_environments_of_the_deployment_files_are_offered_but_no_pattern(offered):
    assert offered("plan", "-f", "stacksets.toml", "--environment") == ["dev", "prod"]
    assert offered(
        "plan", "-f", "stacksets.toml", "-f", "other.toml", "--environment", incomplete=""
    ) == ["dev", "prod", "stage"]
    assert offered("plan", "-f", "stacksets.toml", "--environment", incomplete="p") == ["prod"]


@pytest.mark.parametrize(
    "text", ["[environments", "environments = 1", "", b"\xff\xfe", None], ids=repr
)
def test_a_file_that_is_none_offers_nothing(text, offered, tmp_path):
    path = tmp_path / "stacksets.toml"
    path.unlink()
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert offered("plan", "-f", "stacksets.toml", "--environment") == []


def test_the_profiles_of_both_files_of_aws_are_offered(offered, tmp_path):
    (tmp_path / "config").write_text(
        "[default]\n[profile prod]\n[profile prod]\n[sso-session corp]\n[services local]\n"
    )
    (tmp_path / "credentials").write_text("[old]\naws_access_key_id = %(x)s\n[prod]\n")
    files = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }

    assert offered("plan", "--profile", **files) == ["default", "old", "prod"]
    assert offered("plan", "--profile", incomplete="o", **files) == ["old"]


def test_a_file_of_aws_that_is_none_offers_nothing_and_hides_nothing(offered, tmp_path):
    (tmp_path / "config").write_text("no section\n")
    (tmp_path / "credentials").write_text("[old]\n")
    files = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }

    assert offered("plan", "--profile", **files) == ["old"]


def test_a_home_without_files_of_aws_offers_nothing(offered, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert offered("plan", "--profile") == []
