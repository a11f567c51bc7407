"""What AWS would refuse of the template and its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, Problem, StackSetsError, TemplateError
from stacksets.preflight.case import Unchecked
from stacksets.quotas import find_excesses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.aws.door import TemplateSummary
    from stacksets.model.desired import Deployment
    from stacksets.preflight.case import Case, Finding

LONGEST_BODY = 51_200
"""Bytes of a template that is sent in the call (CloudFormation user guide, "Quotas")."""

_EXPANDING = "CAPABILITY_AUTO_EXPAND"
_IMPLIED = {"CAPABILITY_IAM": "CAPABILITY_NAMED_IAM"}


def check_size(case: Case) -> Iterator[Finding]:
    """Find a template that is too long to send."""
    size = len(case.deployment.template.body.encode())
    if size > LONGEST_BODY:
        yield Problem(
            where=case.deployment.template.path,
            what=f"{size:,} bytes, AWS takes at most {LONGEST_BODY:,}",
            hint="render it with less indentation, or split it",
            is_input=True,
        )


def check_quotas(case: Case) -> Iterator[Problem]:
    """Find what the template has too much of."""
    template = case.deployment.template
    for excess in find_excesses(template):
        yield Problem(where=template.path, what=excess, hint="split the template", is_input=True)


def check_capabilities(case: Case) -> Iterator[Finding]:
    """Find capabilities that the template needs and the file does not name."""
    deployment = case.deployment
    stack_sets = case.aws.stack_sets(deployment.home_region, deployment.call_as)
    try:
        summary = stack_sets.summarize_template(deployment.template.body)
    except CredentialsError:
        raise
    except TemplateError as error:
        yield Problem(
            where=deployment.template.path, what=error.message, hint=error.hint, is_input=True
        )
        return
    except StackSetsError as error:
        yield Unchecked(what=f"could not check the capabilities: {error.message}")
        return
    yield from _find_missing(deployment, summary)


def _find_missing(deployment: Deployment, summary: TemplateSummary) -> Iterator[Problem]:
    """Find what the file does not name, each with its own reason; one line of the file mends all.

    The reason that AWS gives is about the resources that make identities, whatever else it asks
    for.
    """
    given = deployment.capabilities
    missing = [
        one for one in summary.capabilities if not {one, _IMPLIED.get(one, one)} & set(given)
    ]
    listed = ", ".join(f'"{one}"' for one in dict.fromkeys((*given, *missing)))
    for needed in missing:
        why = (_why_expanded(deployment) if needed == _EXPANDING else "") or (
            summary.capabilities_reason
        )
        yield Problem(
            where="[stack_set] capabilities",
            what=f"the template needs {needed}: {why}",
            hint=f"capabilities = [{listed}]",
            is_input=True,
        )


def _why_expanded(deployment: Deployment) -> str:
    """Say what CloudFormation expands, as far as the template tells."""
    macros = sorted(set(_list_macros(deployment.template.content)))
    return f"it is expanded by {', '.join(macros)}" if macros else ""


def _list_macros(node: object) -> Iterator[str]:
    """List the transforms of a template, and the macros that `Fn::Transform` names in it."""
    if isinstance(node, list):
        for one in node:
            yield from _list_macros(one)
    if not isinstance(node, Mapping):
        return
    own = node.get("Transform", ()) if "Resources" in node else ()
    yield from (one for one in ([own] if isinstance(own, str) else own) if isinstance(one, str))
    for key, one in node.items():
        if key == "Fn::Transform" and isinstance(one, Mapping):
            yield str(one.get("Name"))
        yield from _list_macros(one)
