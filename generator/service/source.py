"""The handler as the template carries it: every line of code, and nothing that only people read.

A stack set takes 51,200 bytes of template. Comments and docstrings stay where people look for them,
in handler/index.py; line for line the code is the same.
"""

import ast
import io
import tokenize


def to_inline(source: str) -> list[str]:
    """Give the lines of a Python source without comments, docstrings and blank lines.

    Raises:
        ValueError: what is left would not be the same program.
        SyntaxError: what is left would be none, as of a function that is only documented.
    """
    docstrings = _docstring_lines(source)
    comments = _comment_columns(source)
    lines = [
        line[: comments.get(number)].rstrip()
        for number, line in enumerate(source.splitlines(), start=1)
        if number not in docstrings
    ]
    kept = [line for line in lines if line]
    if _program("\n".join(kept)) != _program(source):
        raise ValueError("the handler cannot be stripped of its comments line by line")
    return kept


def _docstring_lines(source: str) -> set[int]:
    return {
        number
        for body in _documented(ast.parse(source))
        for number in range(body[0].lineno, (body[0].end_lineno or 0) + 1)
    }


def _comment_columns(source: str) -> dict[int, int]:
    """Where the comment of a line begins, by the line's number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}


def _program(source: str) -> str:
    """What a source does, whatever it says about itself."""
    tree = ast.parse(source)
    for body in _documented(tree):
        del body[0]
    return ast.dump(tree)


def _documented(tree: ast.Module) -> list[list[ast.stmt]]:
    """The bodies that begin with a docstring."""
    return [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node, clean=False) is not None
    ]
