"""Mistakes that people make in deployment files and templates, and what each of them is told.

One mistake a file, and one problem told of it: its place, what is there and what mends it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment
from tests.deployment_files import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.errors import Problem

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(CORPUS.joinpath("deployment_files").glob("*.toml"))
TEMPLATES = sorted(CORPUS.joinpath("templates").iterdir())


def _refuse(path: Path) -> DeploymentFileError:
    with pytest.raises(DeploymentFileError) as refused:
        load_deployment(path, environment=None, environ={})
    return refused.value


def _words(name: str, error: DeploymentFileError) -> str:
    problems = "".join(f"  {_one(problem)}\n" for problem in error.problems)
    return f"{name}\n  {error.message}\n{problems}  -> {error.hint}\n"


def _one(problem: Problem) -> str:
    return str(problem).replace("\n", "\n    ")


def _count(error: DeploymentFileError) -> int:
    """A file that cannot be read at all is one problem, with its place in the message."""
    return len(error.problems) or 1


def test_every_broken_deployment_file_is_told_its_one_mistake(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS / "deployment_files")

    errors = {path.stem: _refuse(Path(path.name)) for path in FILES}

    golden(
        "corpus_deployment_files.txt",
        "\n".join(_words(name, error) for name, error in errors.items()),
    )
    assert [name for name, error in errors.items() if _count(error) != 1] == []
    assert len(errors) >= 40


def test_every_broken_template_is_told_its_one_mistake(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").symlink_to(CORPUS / "templates")
    file = Path("stacksets.toml")
    errors = {}
    for path in TEMPLATES:
        file.write_text(SMALLEST.format(template=f"templates/{path.name}"), encoding="utf-8")
        errors[path.name] = _refuse(file)

    golden("corpus_templates.txt", "\n".join(_words(name, error) for name, error in errors.items()))
    assert [name for name, error in errors.items() if _count(error) != 1] == []
    assert len(errors) >= 20
