"""Whether a value that one account alone can have is given to several.

A custom domain name belongs to one account (API Gateway developer guide, "Set up custom domain
names": it must be unique in a region across all AWS accounts). stacksets knows of no such name
itself; `unique_across_accounts` of the deployment file says which parameters hold one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stacksets.definition import settle_definition
from stacksets.errors import Problem
from stacksets.model.layers import OverrideLayers
from stacksets.parameter_values import no_echo_parameters
from stacksets.preflight.case import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import AccountId, InstanceKey
    from stacksets.preflight.case import Case, Finding

_TOLD_ACCOUNTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holders:
    """Who would have a value: the accounts, and the tables of the file that give it to them."""

    accounts: dict[AccountId, None] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)


def check_unique(case: Case) -> Iterator[Finding]:
    """Find values of `unique_across_accounts` that would be in effect in more than one account.

    Empty values are nobody's. Nothing is looked at where the file names no such parameter.
    """
    names = case.deployment.unique_across_accounts
    if not names:
        return
    given = settle_definition(case.deployment, case.observed).parameters
    hidden = no_echo_parameters(case.deployment.template.content)
    found = _find_holders(case, names, given)
    for (name, value), holders in found.items():
        if len(holders.accounts) > 1:
            yield _problem(name, "its value" if name in hidden else f'"{value}"', holders)
    yield from _tell_leaving(case, names, found)
    yield from _tell_newcomers(case, names, given)


def _find_holders(
    case: Case, names: Sequence[str], given: Mapping[str, str]
) -> Mapping[tuple[str, str], _Holders]:
    layers = OverrideLayers(case.deployment.overrides)
    found: dict[tuple[str, str], _Holders] = {}
    for key in case.deployment.instance_keys():
        for name in names:
            value, table = _value_at(layers, key, name, given.get(name, ""))
            if value:
                holders = found.setdefault((name, value), _Holders())
                holders.accounts[key.account] = None
                holders.tables[table] = None
    return found


def _value_at(
    layers: OverrideLayers, key: InstanceKey, name: str, otherwise: str
) -> tuple[str, str]:
    """Give the value in a stack instance and the table of the file that it comes from."""
    value, table = otherwise, "[stack_set.parameters]"
    for entry, override in layers.at(key):
        if name in override.parameters:
            value, table = override.parameters[name], f"[[overrides]] {entry}, parameters"
    return value, table


def _problem(name: str, said: str, holders: _Holders) -> Problem:
    first, *others = holders.accounts
    return Problem(
        where=", ".join(f"{table} {name}" for table in holders.tables),
        what=f"{said} would be in effect in {1 + len(others)} accounts ({_list(first, *others)}), "
        "and one alone can have it",
        hint=f'leave it to one; for {_each(others)}: [[overrides]] accounts = ["{others[0]}"], '
        f'parameters = {{ {name} = "…" }}',
        is_input=True,
    )


def _list(*accounts: AccountId) -> str:
    told = ", ".join(accounts[:_TOLD_ACCOUNTS])
    rest = len(accounts) - _TOLD_ACCOUNTS
    return f"{told} and {rest} more" if rest > 0 else told


def _each(others: Sequence[AccountId]) -> str:
    return "the other" if len(others) == 1 else f"each of the other {len(others)}"


def _tell_leaving(
    case: Case, names: Sequence[str], found: Mapping[tuple[str, str], _Holders]
) -> Iterator[Unchecked]:
    """Say which accounts leave the file with a value that another account is to have."""
    if case.observed is None:
        return
    staying = frozenset(case.deployment.accounts())
    there = case.observed.parameters
    told = {
        (one.account, name, min(found[name, value].accounts))
        for one in case.observed.instances
        for name in names
        if one.account not in staying
        and (name, value := (one.overrides or {}).get(name, there.get(name, ""))) in found
    }
    for account, name, heir in sorted(told):
        yield Unchecked(
            what=f"account {account} has the {name} that account {heir} gets, and leaves the file "
            "only after that: `stacksets deploy --remove-first` takes it out before"
        )


def _tell_newcomers(
    case: Case, names: Sequence[str], given: Mapping[str, str]
) -> Iterator[Unchecked]:
    """Say what accounts will get that join a unit later: what no override gives them."""
    automatic = case.deployment.auto_deployment
    shared = [name for name in names if given.get(name)]
    if automatic and automatic.enabled and shared:
        yield Unchecked(
            what=f"accounts that join a unit later get the same {', '.join(shared)} by automatic "
            "deployment, and one alone can have it"
        )
