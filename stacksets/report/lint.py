"""What cfn-lint says of the template before a deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Message, Tone, count

if TYPE_CHECKING:
    from stacksets.lint import LintResult


def lint_message(result: LintResult) -> Message:
    """Say what was found, or that nobody looked."""
    if not result.ran:
        line = Line(
            "lint      cfn-lint is not installed, the template was not linted", Tone.WARNING
        )
        return Message(code="lint", lines=(line,), data={"ran": False, "findings": []})
    number = len(result.findings)
    title = Line(
        f"lint      cfn-lint: {count(number, 'error')}", Tone.BAD if number else Tone.FAINT
    )
    return Message(
        code="lint",
        lines=(title, *(Line(f"  {one}", Tone.BAD) for one in result.findings)),
        data={"ran": True, "findings": list(result.findings)},
    )
