"""cfn-guard: the real binary, our rules, and what it says as JSON."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from generator.checks.errors import ChecksError
from generator.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_RESOURCES: Final = "/Resources/"
_PASSED: Final = 0
_BROKEN_RULES: Final = frozenset({7, 19})  # of `test`, of `validate`


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResult:
    """What cfn-guard found, and the rules that were met wherever they applied."""

    findings: tuple[Finding, ...]
    passed: frozenset[str]


def validate(binary: Path, rules: Path, data: Sequence[Path]) -> GuardResult:
    """Hold every rule against every file.

    Args:
        binary: cfn-guard.
        rules: the folder of the rules.
        data: templates, as they are or resolved; each keeps the name that it has here.

    Raises:
        ChecksError: there is no binary, or a rule or a template cannot be read.
    """
    paths = [word for path in data for word in ("-d", str(path))]
    options = "--structured --output-format json --show-summary none"
    reports = _run(binary, "validate", "-r", str(rules), *paths, *options.split())
    names = {str(path.resolve()): str(path) for path in data}
    findings = [
        finding
        for report in reports
        for broken in _list(report["not_compliant"])
        for finding in _broken(names[str(report["name"])], _map(broken["Rule"]))
    ]
    passed = {str(rule) for report in reports for rule in cast("list[str]", report["compliant"])}
    failed = {finding.rule for finding in findings}
    return GuardResult(findings=tuple(sorted(set(findings))), passed=frozenset(passed - failed))


def run_rule_tests(binary: Path, rules: Path) -> tuple[Finding, ...]:
    """Run the rules' own passing and failing cases (`cfn-guard test`).

    Raises:
        ChecksError: there is no binary, or a rule or a case cannot be read.
    """
    reports = _run(binary, "test", "-d", str(rules), "--output-format", "json")
    return tuple(
        Finding(
            template=str(report["rule_file"]),
            resource=str(case["name"]),
            rule=str(rule["name"]),
            message=f"expected {rule['expected']}, got {rule['evaluated']}",
        )
        for report in reports
        for case in _list(report["test_cases"])
        for rule in _list(case["failed_rules"])
    )


def _run(binary: Path, *words: str) -> list[dict[str, object]]:
    if not binary.is_file():
        raise ChecksError(
            f"there is no {binary}; `python -m generator.checks.install_guard` fetches it"
        )
    ran = subprocess.run(  # noqa: S603 - the pinned binary, no shell
        [binary.resolve(), *words], capture_output=True, text=True, check=False
    )
    # A rule that does not parse is told on stderr while the other rules still run.
    if ran.stderr or ran.returncode not in {_PASSED, *_BROKEN_RULES}:
        raise ChecksError(f"cfn-guard {words[0]}: {' '.join((ran.stderr or ran.stdout).split())}")
    return cast("list[dict[str, object]]", json.loads(ran.stdout))


def _broken(template: str, rule: dict[str, object]) -> Iterator[Finding]:
    """Give a finding for each resource and message; cfn-guard nests them by how a rule is built."""
    for clause in _clauses(rule["checks"]):
        yield Finding(
            template=template,
            resource=_resource(clause),
            rule=str(rule["name"]),
            message=_message(clause),
        )


def _clauses(node: object) -> Iterator[dict[str, object]]:
    """Find the innermost checks: those with messages and a context."""
    if isinstance(node, dict):
        if "messages" in node and "context" in node:
            yield node
        else:
            for member in node.values():
                yield from _clauses(member)
    elif isinstance(node, list):
        for entry in node:
            yield from _clauses(entry)


def _message(clause: dict[str, object]) -> str:
    """Prefer what the rule's author wrote."""
    messages = _map(clause["messages"])
    return str(messages.get("custom_message") or messages.get("error_message"))


def _resource(node: object) -> str:
    """Read the logical id off the first path that leads into a resource."""
    for path in _paths(node):
        if path.startswith(_RESOURCES):
            return path.removeprefix(_RESOURCES).split("/")[0]
    return "-"


def _paths(node: object) -> Iterator[str]:
    """Walk the paths of a check; what it looked at stands before what it compared with."""
    if isinstance(node, dict):
        if isinstance(node.get("path"), str):
            yield node["path"]
        for member in node.values():
            yield from _paths(member)


def _list(value: object) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", value)


def _map(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)
