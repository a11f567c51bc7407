"""What AWS would refuse of the template and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, Problem, StackSetsError, TemplateError
from stacksets.preflight.case import Unchecked
from stacksets.quotas import find_excesses

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
    given = set(deployment.capabilities)
    for needed in summary.capabilities:
        if not given & {needed, _IMPLIED.get(needed, needed)}:
            yield Problem(
                where="[stack_set] capabilities",
                what=f"the template needs {needed}: {summary.capabilities_reason}",
                hint=f'capabilities = ["{needed}"]',
                is_input=True,
            )
