"""The public scanners of `.tools/audit`, run as a person would, and what they find.

They have an environment of their own, since their pins contradict the project's. Nothing of the
machine bears on them: no settings of a home, no proxy, no token; and they call nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.checks.errors import ChecksError
from generator.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

SCANNERS: Final = Path(__file__).parents[2] / ".tools" / "audit" / "bin"
# cfn-lint's exit code is the sum of 2 for errors, 4 for warnings and 8 for information.
_FOUND: Final = 2 | 4 | 8


def run_checkov(scanners: Path, files: Sequence[Path]) -> tuple[Finding, ...]:
    """Hold checkov's checks of CloudFormation against files.

    Raises:
        ChecksError: It is not installed, fails, or has passed over one of the files.
    """
    options = "--skip-download --soft-fail --framework cloudformation --output json --compact"
    words = [*options.split(), "-f", *map(str, files)]
    report = _read("checkov", _run(scanners / "checkov", words, meant=0))
    results = report.get("results", {}) if isinstance(report, dict) else {}
    kinds = ("passed_checks", "failed_checks", "skipped_checks")
    read = {one["file_abs_path"] for kind in kinds for one in results.get(kind, ())}
    unread = sorted({*map(str, files)} - read)
    if unread:
        raise ChecksError(f"checkov has checked nothing in {', '.join(unread)}")
    return tuple(
        Finding(
            template=one["file_abs_path"],
            # It names the type first.
            resource=one["resource"].rpartition(".")[2],
            rule=one["check_id"],
            message=one["check_name"],
        )
        for one in results["failed_checks"]
    )


def run_cfn_lint(
    scanners: Path, files: Sequence[Path], regions: Sequence[str]
) -> tuple[Finding, ...]:
    """Hold cfn-lint's own rules and those of cfn-lint-serverless against files.

    Raises:
        ChecksError: It is not installed, or fails.
    """
    options = "--append-rules cfn_lint_serverless.rules --include-experimental --format json"
    words = [*options.split(), "--include-checks", "I", "W", "--regions", *regions]
    said = _run(scanners / "cfn-lint", [*words, "--template", *map(str, files)], meant=_FOUND)
    return tuple(
        Finding(
            template=one["Filename"],
            resource=_resource_at(one["Location"]["Path"]),
            rule=one["Rule"]["Id"],
            message=one["Message"],
        )
        for one in _read("cfn-lint", said)
    )


def _run(binary: Path, words: Sequence[str], *, meant: int) -> str:
    """Run a scanner; of its exit code these bits may be set."""
    if not binary.is_file():
        raise ChecksError(f"there is no {binary}; `make audit` installs it")
    with tempfile.TemporaryDirectory(prefix="audit-") as home:
        ran = subprocess.run(  # noqa: S603 - the pinned scanner, no shell
            [binary.absolute(), *words],
            capture_output=True,
            text=True,
            check=False,
            env={"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
    if ran.returncode & ~meant:
        said = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise ChecksError(f"{binary.name} failed with {ran.returncode}: {said[0]}")
    return ran.stdout


def _read(scanner: str, said: str) -> Any:  # noqa: ANN401 - as JSON is
    try:
        return json.loads(said)
    except json.JSONDecodeError as error:
        raise ChecksError(f"{scanner} said what is no JSON: {said[:80]!r}") from error


def _resource_at(path: Sequence[object]) -> str:
    """Read the logical id off cfn-lint's path, `-` outside of every resource."""
    match path:
        case ["Resources", title, *_]:
            return str(title)
        case _:
            return "-"
