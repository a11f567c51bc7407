"""What cfn-lint says of the template before a plan or a deploy."""

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
        return Message(code="lint", lines=(line,), data=_data(result))
    number, unknown = len(result.findings), ", ".join(result.unknown_regions)
    left_out = f" (it does not know {unknown})" if unknown else ""
    title = Line(
        f"lint      cfn-lint: {count(number, 'error')}{left_out}",
        Tone.BAD if number else Tone.FAINT,
    )
    return Message(
        code="lint",
        lines=(title, *(Line(f"  {one}", Tone.BAD) for one in result.findings)),
        data=_data(result),
    )


def _data(result: LintResult) -> dict[str, object]:
    return {
        "ran": result.ran,
        "findings": list(result.findings),
        "unknown_regions": list(result.unknown_regions),
    }
