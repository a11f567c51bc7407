"""How large the packages are: modules, lines, and the functions' lengths."""

from __future__ import annotations

import ast
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def count(root: Path) -> dict[str, dict[str, float]]:
    """Count every package and the tests; lines are all lines of the files."""
    return {name: _count(root / name) for name in ("generator", "handler", "stacksets", "tests")}


def _count(folder: Path) -> dict[str, float]:
    texts = [path.read_text() for path in sorted(folder.rglob("*.py"))]
    modules = [len(text.splitlines()) for text in texts]
    functions = sorted(
        node.end_lineno - node.lineno + 1
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        "lines": sum(modules),
        "modules": len(modules),
        "module_median": statistics.median(modules),
        "module_most": max(modules),
        "function_median": statistics.median(functions),
        "function_p90": functions[int(len(functions) * 0.9)],
        "function_most": functions[-1],
    }
