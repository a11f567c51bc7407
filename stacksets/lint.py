"""cfn-lint's errors for a template, in the regions that it is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stacksets.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.model.desired import Region, Template

_API: Final = "cfnlint.api"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """What cfn-lint found; `ran` is False where it is not installed, which is no finding.

    `unknown_regions` are those that it has not heard of: nothing is said of the template there.
    """

    findings: tuple[str, ...]
    ran: bool
    unknown_regions: tuple[str, ...] = ()


def lint_template(template: Template, regions: Iterable[Region]) -> LintResult:
    """Run cfn-lint, an extra of this package; only its errors are to be heeded."""
    try:
        # Not imported above: it takes a second, and it may not be there.
        import_module(_API)
    except ImportError:
        return LintResult(findings=(), ran=False)
    heard_of = frozenset(import_module("cfnlint.helpers").REGIONS)
    names = tuple(map(str, regions))
    return LintResult(
        findings=_find_errors(template.body, tuple(one for one in names if one in heard_of)),
        ran=True,
        unknown_regions=tuple(one for one in names if one not in heard_of),
    )


@lru_cache(maxsize=32)
def _find_errors(body: str, regions: tuple[str, ...]) -> tuple[str, ...]:
    """Find them once a run, which several deployment files of one template share.

    Without a region cfn-lint takes the one that has most types.
    """
    matches = import_module(_API).lint(body, regions=list(regions))
    errors = (match for match in matches if match.rule.id.startswith("E"))
    return tuple(dict.fromkeys(map(_tell, errors)))


def refuse_findings(result: LintResult, template: Template) -> None:
    """Let a template pass in which cfn-lint has found no error.

    Raises:
        TemplateError: with all that it found.
    """
    if result.findings:
        raise TemplateError(
            f"cfn-lint finds errors in {template.path}; nothing was changed",
            hint="mend them, or go on with --no-lint",
            findings=result.findings,
        )


def _tell(match: Any) -> str:  # noqa: ANN401 - cfnlint.match.Match, from a package without types
    place = "/".join(str(key) for key in getattr(match, "path", None) or ())
    return f"{match.rule.id} {place or f'line {match.linenumber}'}: {match.message}"
