"""`python -m generator.checks`: cfn-lint and cfn-guard over every rendered and resolved template.

Exit codes: 0 nothing found, 2 wrong usage, 3 something needed is missing or broken, 5 findings.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.checks.errors import ChecksError
from generator.checks.files import list_resolved, list_templates
from generator.checks.guard import GuardResult, run_rule_tests, validate
from generator.checks.install_guard import GUARD
from generator.checks.lint import lint
from generator.settings import HOME_REGION, TARGET_REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.checks.findings import Finding

_RULES: Final = Path(__file__).parent.parent / "rules"


def main(words: Sequence[str] | None = None) -> int:
    """Run every check; findings go to stdout, a line each, then a line that sums up."""
    arguments = _parse(words)
    try:
        templates = list_templates(arguments.templates)
        resolved = list_resolved(arguments.resolved, templates)
        guarded = validate(arguments.guard, arguments.rules, [*templates, *resolved])
        misjudged = run_rule_tests(arguments.guard, arguments.rules)
        linted = lint(templates, arguments.regions)
    except (ChecksError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    findings = [*linted, *guarded.findings, *misjudged]
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(_summary(linted, guarded, misjudged, _regions(resolved)))
    return 5 if findings else 0


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m generator.checks", description=__doc__)
    parser.add_argument("--templates", type=Path, default=Path("templates"))
    parser.add_argument("--resolved", type=Path, default=Path("build/resolved"))
    parser.add_argument("--rules", type=Path, default=_RULES)
    parser.add_argument("--guard", type=Path, default=GUARD, help="the cfn-guard binary")
    parser.add_argument("--regions", nargs="+", default=[*TARGET_REGIONS, HOME_REGION])
    return parser.parse_args(words)


def _regions(resolved: Sequence[Path]) -> str:
    """Read the regions off `<template>.<account>.<region>.json`."""
    return ", ".join(sorted({path.stem.rpartition(".")[2] for path in resolved}))


def _summary(
    linted: Sequence[Finding], guarded: GuardResult, misjudged: Sequence[Finding], regions: str
) -> str:
    broken = {finding.rule for finding in (*guarded.findings, *misjudged)}
    passed = len(guarded.passed - broken)
    told = f"{passed} rules passed in {regions}"
    if broken:
        told = f"{len(broken)} rules failed, {told}"
    return f"checks    cfn-lint {len(linted)} findings · cfn-guard {told}\n"


if __name__ == "__main__":
    sys.exit(main())
