"""Whether the Rules of the template hold in every stack instance, before a stack asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.differences import MASK
from stacksets.errors import Problem, TemplateError
from stacksets.parameter_values import no_echo_parameters
from stacksets.preflight.case import Unchecked, tell_places
from stacksets.preflight.views import values_of_each
from stacksets.rules import RuleFinding, evaluate_rules, find_rule_references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.model.desired import InstanceKey
    from stacksets.preflight.case import Case, Finding

_TOLD_LENGTH = 60
_TOLD_SETS = 5
_Places = dict[str, list["InstanceKey"]]
"""Where an assertion does not hold, by the values there."""


def check_rules(case: Case) -> Iterator[Finding]:
    """Find assertions that the values of a stack instance break, and rules that only AWS can tell.

    What is broken alike is told once, however many stack instances it concerns.
    """
    template = case.deployment.template
    if "Rules" not in template.content:
        return
    try:
        found = _find(case)
    except TemplateError as error:
        yield Problem(where=template.path, what=error.message, hint=error.hint, is_input=True)
        return
    unknown = dict.fromkeys((one.rule, one.unknown) for one in found if one.unknown)
    for rule, words in unknown:
        yield Unchecked(
            what=f"could not check rule {rule} of {template.path}: only AWS can tell "
            f"{', '.join(words)}"
        )
    for one, places in found.items():
        if not one.unknown:
            yield from _problems(one, places)


def _find(case: Case) -> Mapping[RuleFinding, _Places]:
    """Evaluate the rules once for each set of values that they ask for."""
    content = case.deployment.template.content
    names, hidden = find_rule_references(content), no_echo_parameters(content)
    alike: dict[tuple[str | None, ...], tuple[Mapping[str, str], list[InstanceKey]]] = {}
    for key, values in values_of_each(case, case.deployment.instance_keys()):
        known = {**values, "AWS::AccountId": key.account, "AWS::Region": key.region}
        asked = tuple(known.get(name) for name in names)
        alike.setdefault(asked, (values, []))[1].append(key)
    found: dict[RuleFinding, _Places] = {}
    for values, keys in alike.values():
        for one in evaluate_rules(
            content,
            parameters=values,
            account=keys[0].account,
            region=keys[0].region,
            partition=case.partition,
        ):
            told = _tell_values(one, values, hidden)
            found.setdefault(one, {}).setdefault(told, []).extend(keys)
    return found


def _tell_values(one: RuleFinding, values: Mapping[str, str], hidden: frozenset[str]) -> str:
    return ", ".join(
        f"{name} = {MASK if name in hidden else _quoted(values[name])}"
        for name in one.parameters
        if name in values
    )


def _quoted(value: str) -> str:
    return f'"{value if len(value) <= _TOLD_LENGTH else value[:_TOLD_LENGTH] + "…"}"'


def _problems(one: RuleFinding, places: _Places) -> Iterator[Problem]:
    """Tell the first sets of values, and of all further ones only where they are."""
    sets = tuple(places.items())
    for values, keys in sets[:_TOLD_SETS]:
        yield _problem(one, f", where {values}" if values else "", keys)
    others = [key for _, keys in sets[_TOLD_SETS:] for key in keys]
    if others:
        yield _problem(one, f", with {len(sets) - _TOLD_SETS} other sets of values", others)


def _problem(one: RuleFinding, values: str, keys: Iterable[InstanceKey]) -> Problem:
    asserted = f'"{one.description}"' if one.description else f"assertion {one.number}"
    return Problem(
        where=f"Rules {one.rule}",
        what=f"{asserted} does not hold {tell_places(sorted(keys))}{values}",
        hint="mend [stack_set.parameters] or [[overrides]]",
        is_input=True,
    )
