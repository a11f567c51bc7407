"""All rules over one deployment, all problems in one list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.errors import Problem, TemplateError
from stacksets.preflight.boundaries import check_boundaries
from stacksets.preflight.case import Case, Unchecked, unread
from stacksets.preflight.identity import check_account, check_home_region
from stacksets.preflight.names import check_names
from stacksets.preflight.operations import check_running
from stacksets.preflight.organization import check_organization
from stacksets.preflight.parameters import (
    check_bootstrap,
    check_constraints,
    check_parameters,
    check_values,
)
from stacksets.preflight.regions import check_enabled, check_regions
from stacksets.preflight.resources import (
    check_api_gateway_role,
    check_concurrency,
    find_needs,
    tell_left_out,
)
from stacksets.preflight.roles import check_roles
from stacksets.preflight.rules import check_rules
from stacksets.preflight.template import check_capabilities, check_quotas, check_size
from stacksets.preflight.unique import check_unique
from stacksets.preflight.views import resolve_views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment, Region
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Identity
    from stacksets.preflight.case import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is missing, and what could not be checked; the latter is never thereby fine."""

    problems: tuple[Problem, ...]
    unchecked: tuple[str, ...]


def check_ready(
    deployment: Deployment,
    aws: Aws,
    identity: Identity,
    observed: StackSet | None,
    *,
    other_regions: tuple[Region, ...] = (),
    makes_stacks: bool = True,
) -> Readiness:
    """Look for all that the first write would fail on, and change nothing.

    Credentials of the wrong account end the checks: all others would speak of that account. So do
    regions that are not known: nothing would answer there.

    Args:
        deployment: what is desired, bound to the caller's account.
        aws: the door to AWS.
        identity: who calls.
        observed: the stack set, None where it is to be created.
        other_regions: where else to look for a stack set of the same name (AWS_REGION).
        makes_stacks: whether names and quotas of the accounts are looked at, which an import
            needs no more of than there is.

    Raises:
        CredentialsError: the credentials are refused.
    """
    case = Case(
        deployment=deployment,
        aws=aws,
        identity=identity,
        observed=observed,
        other_regions=other_regions,
    )
    wrong = (*check_account(case), *check_regions(case))
    findings = wrong or tuple(_check_enabled_regions(case, makes_stacks=makes_stacks))
    problems = tuple(one for one in findings if isinstance(one, Problem))
    return Readiness(
        problems=(*problems, *(check_running(case) if problems else ())),
        unchecked=tuple(one.what for one in findings if isinstance(one, Unchecked)),
    )


def _check_enabled_regions(case: Case, *, makes_stacks: bool) -> Iterator[Finding]:
    """Look for regions that are not enabled, and for all else where it can be asked."""
    problems, unasked = check_enabled(case)
    yield from problems.values()
    yield from unread(case, "that regions are enabled", unasked)
    enabled = replace(case, not_enabled=frozenset(problems))
    yield from _check_all(enabled, makes_stacks=makes_stacks)


def _check_all(case: Case, *, makes_stacks: bool) -> Iterator[Finding]:
    yield from check_home_region(case)
    yield from check_organization(case)
    yield from check_roles(case)
    too_long = tuple(check_size(case))
    yield from too_long or check_capabilities(case)
    yield from check_quotas(case)
    yield from check_parameters(case)
    without_value = tuple(check_values(case))
    yield from without_value
    yield from check_constraints(case)
    yield from check_bootstrap(case)
    yield from check_unique(case)
    if makes_stacks and not without_value:
        yield from _check_resources(case)


def _check_resources(case: Case) -> Iterator[Finding]:
    unproven = case.unproven()
    # What no template should hold is found also where nothing is to be asked of an account.
    one_a_region = {key.region: key for key in case.deployment.instance_keys()}.values()
    keys = dict.fromkeys((*unproven, *one_a_region))
    try:
        found = {key: find_needs(view) for key, view in resolve_views(case, keys)}
        yield from check_names(case)
        yield from check_boundaries(case)
    except TemplateError as error:
        path = case.deployment.template.path
        yield Problem(where=path, what=error.message, hint=error.hint, is_input=True)
        return
    yield from check_rules(case)
    needs = {key: found[key] for key in unproven}
    yield from check_api_gateway_role(case, needs)
    yield from check_concurrency(case, needs)
    yield from tell_left_out(case, needs)
