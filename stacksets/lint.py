"""cfn-lint's errors for a template, in the regions that it is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stacksets.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.model.desired import Region, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """What cfn-lint found; `ran` is False where it is not installed, which is no finding."""

    findings: tuple[str, ...]
    ran: bool


def lint_template(template: Template, regions: Iterable[Region]) -> LintResult:
    """Run cfn-lint, an extra of this package; only its errors are for a deploy to heed."""
    try:
        # Not imported above: it takes a second, and it may not be there.
        api = import_module("cfnlint.api")
    except ImportError:
        return LintResult(findings=(), ran=False)
    matches = api.lint(template.body, regions=[str(region) for region in regions])
    errors = (match for match in matches if match.rule.id.startswith("E"))
    return LintResult(findings=tuple(dict.fromkeys(map(_tell, errors))), ran=True)


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
