"""cfn-lint at its strictest: warnings, informational and experimental rules, in every region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfnlint.api import lint as run_cfn_lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]
from cfnlint.decode.decode import decode_str  # type: ignore[import-untyped]

from generator.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def lint(templates: Sequence[Path], regions: Sequence[str]) -> tuple[Finding, ...]:
    """Give what cfn-lint finds, once for each place whatever the number of regions.

    cfn-lint's table of runtimes is dated: the same template has other findings on another day.
    """
    strictest = ManualArgs(
        regions=list(regions), include_checks=["I", "W"], include_experimental=True
    )
    findings: set[Finding] = set()
    for template in templates:
        text = template.read_text(encoding="utf-8")
        for match in run_cfn_lint(text, config=strictest):
            findings.add(
                Finding(
                    template=str(template),
                    resource=_resource_at(text, match.linenumber),
                    rule=match.rule.id,
                    message=match.message,
                )
            )
    return tuple(sorted(findings))


def _resource_at(text: str, line: int) -> str:
    """Tell which resource a line belongs to; a match counts from 1, a mark from 0."""
    template, _ = decode_str(text)
    for name, resource in (template or {}).get("Resources", {}).items():
        if resource.start_mark.line < line <= resource.end_mark.line + 1:
            return str(name)
    return "-"
