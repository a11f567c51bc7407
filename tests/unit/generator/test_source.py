"""How the handler gets into the template."""

from __future__ import annotations

import ast

import pytest

from generator.render import HANDLER
from generator.service.source import to_inline


def test_comments_docstrings_and_blank_lines_stay_behind():
    source = '''"""What it is,

and why.
"""

import os  # for the environment


class Thing:
    """A thing."""

    # of two
    def one(self):
        """Say one."""
        return "# no comment", """no
docstring"""
'''
    assert to_inline(source) == [
        "import os",
        "class Thing:",
        "    def one(self):",
        '        return "# no comment", """no',
        'docstring"""',
    ]


@pytest.mark.parametrize(
    "source",
    [
        'x = """a\n\nb"""\n',
        'x = """a   \nb"""\n',
        '"""One line"""; x = 1\n',
    ],
)
def test_what_would_not_be_the_same_program_is_refused(source):
    with pytest.raises(ValueError, match="line by line"):
        to_inline(source)


def test_a_function_without_a_body_is_refused():
    with pytest.raises(SyntaxError):
        to_inline('def f():\n    """All that it does."""\n')


def test_the_handler_does_what_it_did():
    source = HANDLER.read_text(encoding="utf-8")
    inline = "\n".join(to_inline(source))
    named = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    here: dict[str, object] = {}
    exec(compile(inline, "index.py", "exec"), here)  # noqa: S102 - our own handler
    assert named <= here.keys()
    event = {"httpMethod": "GET", "resource": "/nothing"}
    assert here["handler"](event, None)["statusCode"] == 404
