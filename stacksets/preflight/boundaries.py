"""Whether the permissions boundaries that the template names are policies that IAM will take.

Source: IAM API reference, CreateRole and PutRolePermissionsBoundary: an AWS managed policy, or one
that a customer manages; of another account's, IAM says that it is not there or not attachable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stacksets.errors import Problem
from stacksets.parameter_values import no_echo_parameters
from stacksets.preflight.case import by_account, tell_places, unread
from stacksets.preflight.views import leave_resources, resolve_views, values_of_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacksets.model.desired import AccountId, InstanceKey
    from stacksets.preflight.case import Case, Finding

_BOUNDED: Final = ("AWS::IAM::Role", "AWS::IAM::User")
_POLICY: Final = "AWS::IAM::ManagedPolicy"
_ARN: Final = re.compile(r"arn:[a-z-]+:iam::(?P<account>[0-9]{12}):policy/(?:.*/)?(?P<name>[^/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """Who would be bounded by a policy: the resources of the template, in which instances."""

    logical_ids: dict[str, None] = field(default_factory=dict)
    keys: dict[InstanceKey, None] = field(default_factory=dict)


def check_boundaries(case: Case) -> Iterator[Finding]:
    """Find boundaries of another account than the stack's, and those that are not there.

    What only a deployment tells, and a policy that the template makes itself, is looked for
    nowhere.

    Raises:
        TemplateError: as `resolve` does.
    """
    bounded = _only_bounded(case.deployment.template.content)
    if bounded is None:
        return
    foreign: dict[str, _Use] = {}
    own: dict[AccountId, dict[str, _Use]] = {}
    for key, view in resolve_views(case, case.deployment.instance_keys(), bounded):
        for logical_id, arn, account in _find_policies(view):
            uses = foreign if account != key.account else own.setdefault(key.account, {})
            use = uses.setdefault(arn, _Use())
            use.logical_ids[logical_id] = None
            use.keys[key] = None
    for arn, use in foreign.items():
        yield _foreign(case, arn, use)
    yield from _check_there(case, own)


def _only_bounded(content: Mapping[str, object]) -> Mapping[str, object] | None:
    """Leave of a template the resources that have boundaries, and policies; None without any."""
    if leave_resources(content, _is_bounded) is None:
        return None
    return leave_resources(content, lambda one: _is_bounded(one) or one.get("Type") == _POLICY)


def _is_bounded(resource: Mapping[str, object]) -> bool:
    return _boundary_of(resource) is not None


def _boundary_of(resource: Mapping[str, object]) -> object:
    properties = resource.get("Properties")
    if resource.get("Type") not in _BOUNDED or not isinstance(properties, Mapping):
        return None
    return properties.get("PermissionsBoundary")


def _find_policies(view: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """List the customer managed policies that bound a resource: its id, their ARN and account."""
    found_in = view["Resources"]
    resources = found_in if isinstance(found_in, Mapping) else {}
    made = {
        one["Properties"].get("ManagedPolicyName")
        for one in resources.values()
        if one["Type"] == _POLICY and isinstance(one.get("Properties"), Mapping)
    }
    for logical_id, resource in resources.items():
        found = _ARN.fullmatch(str(_boundary_of(resource)))
        if found and found["name"] not in made:
            yield logical_id, found[0], found["account"]


def _foreign(case: Case, arn: str, use: _Use) -> Problem:
    account = arn.split(":")[4]
    names, hidden = _find_parameters(case, arn, use)
    said = "PermissionsBoundary" if hidden else f'PermissionsBoundary "{arn}"'
    return Problem(
        where=_where(use),
        what=f"{said} is a policy of account "
        f"{account}, and IAM takes only those of the role's own account: {tell_places(use.keys)}",
        hint=_mend(arn, names, hidden=hidden, accounts=tuple(by_account(use.keys))),
        is_input=True,
    )


def _find_parameters(case: Case, arn: str, use: _Use) -> tuple[tuple[str, ...], bool]:
    """Give the parameters whose value is the ARN, and whether one of them is NoEcho."""
    ((_, values),) = values_of_each(case, tuple(use.keys)[:1])
    names = tuple(name for name, value in values.items() if value == arn)
    return names, not no_echo_parameters(case.deployment.template.content).isdisjoint(names)


def _mend(
    arn: str, names: tuple[str, ...], *, hidden: bool, accounts: tuple[AccountId, ...]
) -> str:
    if not names:
        return "put ${AWS::AccountId} into the ARN"
    first = accounts[0]
    account = arn.split(":")[4]
    own = "…" if hidden else arn.replace(f"::{account}:", f"::{first}:")
    given = ", ".join(f'{name} = "{own}"' for name in names)
    others = f"; and so for {len(accounts) - 1} more" if len(accounts) > 1 else ""
    return f'[[overrides]] accounts = ["{first}"], parameters = {{ {given} }}{others}'


def _check_there(case: Case, own: Mapping[AccountId, Mapping[str, _Use]]) -> Iterator[Finding]:
    """Ask each account once for the policies that its roles would be bounded by."""
    keys = [key for key in case.one_region_each() if key.account in own]
    answers, refusals = case.ask_about(
        keys,
        lambda key, account: [arn for arn in own[key.account] if not account.has_policy(arn)],
    )
    yield from unread(case, "the permissions boundaries", refusals)
    for key, missing in answers.items():
        for arn in missing:
            yield Problem(
                where=f"account {key.account}",
                what=f"no policy {arn}, the PermissionsBoundary of {_where(own[key.account][arn])}",
                hint=_mended_by(case, key.account),
            )


def _mended_by(case: Case, account: AccountId) -> str:
    bootstrap = case.deployment.bootstrap
    resources = bootstrap.template.content.get("Resources") if bootstrap else None
    made: Iterable[object] = resources.values() if isinstance(resources, Mapping) else ()
    if any(isinstance(one, Mapping) and one.get("Type") == _POLICY for one in made):
        return case.mended_by_bootstrap(account)
    return "make it there first, or name one that is there"


def _where(use: _Use) -> str:
    return f"Resources {', '.join(use.logical_ids)}"
