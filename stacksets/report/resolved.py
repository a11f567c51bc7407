"""Which concrete views of the templates were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Result, count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def resolved_result(
    out: str,
    files: Sequence[str],
    skipped: Sequence[str],
    units: Sequence[str],
    record: Mapping[str, object],
) -> Result:
    """Count the files written to `out` (as data they are listed).

    `skipped` are patterns, `units` the organizational units whose accounts nobody was asked for.
    """
    return Result(
        code="resolved",
        exit_code=0,
        lines=(
            Line(f"resolved  {out}  {count(len(files), 'view')} written"),
            *(Line(f"  {one}: a pattern, name one with --environment") for one in skipped),
            *(
                Line(f"  {one}: AWS alone knows its accounts, so none of their views is written")
                for one in units
            ),
        ),
        data={**record, "files": list(files), "skipped": list(skipped), "units": list(units)},
    )
