"""`python -m generator.checks.audit`: public scanners over every rendered and resolved template.

What they find has to be mended, or skipped beside the resource in the form that the scanner reads,
with the reason. Each skip is held to be needed: where nothing skips it, the check has to fail.

Exit codes: 0 nothing found, 2 wrong usage, 3 something needed is missing or broken, 5 findings.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from generator.checks.errors import ChecksError
from generator.checks.files import list_resolved, list_templates, template_of
from generator.checks.findings import Finding
from generator.checks.scanners import SCANNERS, run_cfn_lint, run_checkov
from generator.checks.skips import read_skips, without_skips
from generator.metadata import CFN_LINT, CHECKOV
from generator.settings import HOME_REGION, TARGET_REGIONS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from generator.checks.skips import Skips

# A resolved template refers to no parameter or mapping any more, and its partition is a name.
OF_RESOLVED: Final = frozenset({"W2001", "W7001", "I3042"})


def main(words: Sequence[str] | None = None) -> int:
    """Run the scanners; findings go to stdout, a line each, then a line that sums up."""
    parser = argparse.ArgumentParser(prog="python -m generator.checks.audit", description=__doc__)
    parser.add_argument("--templates", type=Path, default=Path("templates"))
    parser.add_argument("--resolved", type=Path, default=Path("build/resolved"))
    parser.add_argument("--scanners", type=Path, default=SCANNERS, help="the folder of both")
    parser.add_argument("--regions", nargs="+", default=[*TARGET_REGIONS, HOME_REGION])
    options = parser.parse_args(words)
    try:
        templates = list_templates(options.templates)
        resolved = list_resolved(options.resolved, templates)
        skips = {path: read_skips(_load(path)) for path in templates}
        with tempfile.TemporaryDirectory(prefix="audit-") as folder:
            bare = _write_bare([*templates, *resolved], Path(folder))
            found = _scan(options, [*templates, *resolved], bare, skips)
    except (ChecksError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    needed = {(bare[one.template], one.resource, one.rule) for one in found if one.template in bare}
    unexplained = _unexplained((one for one in found if one.template not in bare), resolved)
    findings = sorted({*unexplained, *_needless(skips, needed)})
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    sys.stdout.write(
        f"audit     checkov, cfn-lint-serverless {len(findings)} findings · "
        f"{sum(map(len, skips.values()))} checks skipped beside their resources, with reasons\n"
    )
    return 5 if findings else 0


def _load(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def _write_bare(files: Sequence[Path], folder: Path) -> dict[str, str]:
    """Write a copy of each without skips; gives the template's name by the copy's."""
    written = {}
    for number, path in enumerate(files):
        copied = folder / f"{number}.json"
        copied.write_text(json.dumps(without_skips(_load(path)), indent=1), encoding="utf-8")
        written[str(copied)] = template_of(path)
    return written


def _scan(
    options: argparse.Namespace,
    files: Sequence[Path],
    bare: Mapping[str, str],
    skips: Mapping[Path, Skips],
) -> list[Finding]:
    """Run both scanners at once, over the files and over the copies in which they skip nothing."""

    def every(scanner: str) -> list[Path]:
        skipping = {
            path.stem
            for path, beside in skips.items()
            if any(skip.scanner == scanner for _, skip in beside)
        }
        return [*files, *(Path(copied) for copied, name in bare.items() if name in skipping)]

    with ThreadPoolExecutor() as pool:
        runs = (
            pool.submit(run_checkov, options.scanners, every(CHECKOV)),
            pool.submit(run_cfn_lint, options.scanners, every(CFN_LINT), options.regions),
        )
        return [finding for run in runs for finding in run.result()]


def _unexplained(found: Iterable[Finding], resolved: Iterable[Path]) -> Iterator[Finding]:
    """Give what is neither mended nor skipped, less what comes of resolving."""
    views = {str(path) for path in resolved}
    for finding in found:
        if not (finding.rule in OF_RESOLVED and finding.template in views):
            yield finding


def _needless(
    skips: Mapping[Path, Skips], needed: Container[tuple[str, str, str]]
) -> Iterator[Finding]:
    """Give the skips that have no reason, or none any more."""
    for path, beside in skips.items():
        for title, skip in beside:
            if not skip.why:
                message = "is skipped without a reason: say it in Skip"
            elif (path.stem, title, skip.check) not in needed:
                message = "is skipped, and passes without that: take the skip away"
            else:
                continue
            yield Finding(template=str(path), resource=title, rule=skip.check, message=message)


if __name__ == "__main__":
    sys.exit(main())
