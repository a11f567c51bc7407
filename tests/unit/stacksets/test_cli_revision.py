"""The git revision in the record; its absence is no error."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from stacksets.cli.revision import read_revision


@pytest.fixture
def checkout(tmp_path):
    def git(*arguments):
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    (tmp_path / "stacksets.toml").write_text("# a file")
    git("add", ".")
    git("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "First")
    return tmp_path


def test_a_committed_folder_gives_its_commit_and_is_clean(checkout):
    revision = read_revision(checkout)

    assert len(revision.commit) == 40
    assert revision.clean


def test_a_changed_file_makes_it_unclean(checkout):
    (checkout / "stacksets.toml").write_text("# another")

    assert not read_revision(checkout).clean


def test_a_folder_outside_of_git_has_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert read_revision(tmp_path) is None


def test_a_machine_without_git_has_no_revision(checkout, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    assert read_revision(checkout) is None
