"""The conformance suite is written from AWS's documents: nothing of ours is in it but its place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "conformance"
FILES = sorted(FOLDER.glob("*.py"))
PLACE = {"conftest.py"}
"""Here the embedded AWS is started, or an account opened."""


def imports(file: Path) -> set[str]:
    """Give the modules that are there when a file runs; what only types need does not count."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(file.read_text())]
    while pending:
        node = pending.pop()
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                found.update(name.name for name in names)
            case ast.ImportFrom(module=str(module)):
                found.add(module)
        pending.extend(ast.iter_child_nodes(node))
    return found


def test_there_is_a_suite():
    assert "tests.conformance.stack_sets" in imports(FOLDER / "test_checklist.py")
    assert "stacksets.local.embedded" in imports(FOLDER.parent / "local_aws.py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_conformance_test_imports_no_code_of_ours(file):
    ours = {name for name in imports(file) if name.split(".")[0] in {"stacksets", "generator"}}
    helpers = {name for name in imports(file) if name.startswith("tests.")}
    beside = {name for name in helpers if not name.startswith("tests.conformance.")}
    assert ours == set()
    assert beside == set() or file.name in PLACE
