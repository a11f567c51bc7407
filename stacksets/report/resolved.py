"""Which concrete views of the templates were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Result, Tone, count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def resolved_result(
    files: Sequence[str], skipped: Sequence[str], record: Mapping[str, object]
) -> Result:
    """List the written files; `skipped` are patterns of environments."""
    return Result(
        code="resolved",
        exit_code=0,
        lines=(
            *(Line(f"  {one}", Tone.FAINT) for one in files),
            *(Line(f"  {one}: a pattern, name one with --environment") for one in skipped),
            Line(f"{count(len(files), 'view')} written", Tone.GOOD),
        ),
        data={**record, "files": list(files), "skipped": list(skipped)},
    )
