"""What AWS would refuse of the template and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.definition import declared_parameters
from stacksets.errors import CredentialsError, Problem, StackSetsError, TemplateError
from stacksets.preflight.case import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.preflight.case import Case, Finding

LONGEST_BODY = 51_200
"""Bytes of a template that is sent in the call (CloudFormation user guide, "Quotas")."""

_IMPLIED = {"CAPABILITY_IAM": "CAPABILITY_NAMED_IAM"}


def check_size(case: Case) -> Iterator[Finding]:
    """Find a template that is too long to send."""
    size = len(case.deployment.template.body.encode())
    if size > LONGEST_BODY:
        yield Problem(
            where=case.deployment.template.path,
            what=f"{size:,} bytes, AWS takes at most {LONGEST_BODY:,}",
            hint="render it with less indentation, or split it",
        )


def check_parameters(case: Case) -> Iterator[Problem]:
    """Find parameters that the template does not have, and those that have no value."""
    deployment = case.deployment
    declared = declared_parameters(deployment.template.content)
    for name in sorted(set(deployment.parameters) - set(declared)):
        yield Problem(
            where=f"[stack_set.parameters] {name}",
            what=f"{deployment.template.path} has no such parameter",
            hint=f"it has {', '.join(sorted(declared)) or 'none'}",
        )
    for name, spec in declared.items():
        if name not in deployment.parameters and "Default" not in spec:
            yield Problem(
                where=f"[stack_set.parameters] {name}",
                what=f"{deployment.template.path} needs a value and has no default",
                hint=f'{name} = "…"',
            )


def check_capabilities(case: Case) -> Iterator[Finding]:
    """Find capabilities that the template needs and the file does not name."""
    deployment = case.deployment
    stack_sets = case.aws.stack_sets(deployment.home_region, deployment.call_as)
    try:
        summary = stack_sets.summarize_template(deployment.template.body)
    except CredentialsError:
        raise
    except TemplateError as error:
        yield Problem(where=deployment.template.path, what=error.message, hint=error.hint)
        return
    except StackSetsError as error:
        yield Unchecked(what=f"could not check the capabilities: {error.message}")
        return
    given = set(deployment.capabilities)
    for needed in summary.capabilities:
        if not given & {needed, _IMPLIED.get(needed, needed)}:
            yield Problem(
                where="[stack_set] capabilities",
                what=f"the template needs {needed}: {summary.capabilities_reason}",
                hint=f'capabilities = ["{needed}"]',
            )
