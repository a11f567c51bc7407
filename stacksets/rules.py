"""Whether the Rules of a template hold in one stack instance: pure.

A verdict is None where only AWS can tell: attributes of what a parameter names, a parameter kept in
SSM, a dynamic reference. It is then neither a failure nor fine.

Source: CloudFormation user guide, "Rules", and the template reference, "Rule functions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stacksets.errors import TemplateError
from stacksets.intrinsic import (
    Instance,
    function_call,
    get_name,
    get_parts,
    get_section,
    pseudo_parameters,
)
from stacksets.parameter_values import as_text

if TYPE_CHECKING:
    from collections.abc import Callable

Verdict = bool | None

_DYNAMIC: Final = "{{resolve:"
_KNOWN_TO_AWS: Final = frozenset({"Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """An assertion that does not hold, or of which that cannot be told.

    `number` counts the rule's assertions from 1, `description` is what the template says of it.
    `parameters` are the names that rule and assertion ask for. `unknown` is empty for an assertion
    that does not hold, else it says what only AWS knows (`Fn::RefAll`, `Ref Image`).
    """

    rule: str
    number: int
    description: str | None
    parameters: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def evaluate_rules(
    template: Mapping[str, object],
    *,
    parameters: Mapping[str, str],
    account: str,
    region: str,
    partition: str = "aws",
    stack_name: str | None = None,
) -> tuple[RuleFinding, ...]:
    """List the assertions that do not hold in a stack instance, and those that cannot be told.

    Arguments are those of `resolve`.

    Raises:
        TemplateError: a rule is malformed, or as `resolve` does for parameters.
    """
    instance = Instance(
        template, parameters, pseudo_parameters(account, region, partition, stack_name)
    )
    return tuple(
        finding
        for name, rule in get_section(template, "Rules").items()
        for finding in _judge_rule(instance, name, rule)
    )


def find_rule_references(template: Mapping[str, object]) -> tuple[str, ...]:
    """Name the parameters that the rules ask for, pseudo parameters among them, once each."""
    return tuple(dict.fromkeys(_references(template.get("Rules"))))


def _references(node: object) -> Iterator[str]:
    match function_call(node):
        case ("Ref", str() as name):
            yield name
        case ("Fn::ValueOf", [str() as name, *_]):
            yield name
        case _ if isinstance(node, Mapping):
            for part in node.values():
                yield from _references(part)
        case _ if isinstance(node, list):
            for part in node:
                yield from _references(part)
        case _:
            pass


def _judge_rule(instance: Instance, name: str, rule: object) -> Iterator[RuleFinding]:
    assertions = rule.get("Assertions") if isinstance(rule, Mapping) else None
    if not isinstance(rule, Mapping) or not isinstance(assertions, list) or not assertions:
        raise TemplateError(f"Rules: {name} has no Assertions", hint="give it a list of them")
    condition = _Judge(instance, name)
    applies = condition.holds(rule["RuleCondition"]) if "RuleCondition" in rule else True
    for number, assertion in enumerate(assertions, 1):
        if not isinstance(assertion, Mapping) or "Assert" not in assertion:
            raise TemplateError(f"Rules: assertion {number} of {name} has no Assert")
        judge = _Judge(instance, name)
        holds = judge.holds(assertion["Assert"])
        if applies is False or holds:
            continue
        asked = [*_references(rule.get("RuleCondition")), *_references(assertion["Assert"])]
        yield RuleFinding(
            rule=name,
            number=number,
            description=as_text(assertion.get("AssertDescription")),
            parameters=tuple(dict.fromkeys(asked)),
            unknown=(
                *(condition.unknown if applies is None else ()),
                *(judge.unknown if holds is None else ()),
            ),
        )


@dataclass(slots=True)
class _Judge:
    """Judges one expression of a rule, and notes what only AWS knows."""

    instance: Instance
    rule: str
    unknown: dict[str, None] = field(default_factory=dict)

    def holds(self, node: object) -> Verdict:
        """Tell whether a condition of the rule holds."""
        match function_call(node):
            case (name, argument) if name in _CONDITIONS:
                return _CONDITIONS[name](self, argument)
            case _:
                raise TemplateError(
                    f"Rules: {node!r} in {self.rule} is no condition of a rule",
                    hint=f"use {', '.join(_CONDITIONS)}",
                )

    def text(self, function: str, node: object) -> str | None:
        """Give an operand that has to be a string, None where it is not known."""
        value = self._operand(node)
        if isinstance(value, list):
            self.unknown[function] = None
            return None
        return value

    def texts(self, function: str, node: object) -> list[str | None] | None:
        """Give an operand that has to be a list of strings; what is not known is None."""
        value = self._operand(node)
        if isinstance(value, str):
            self.unknown[function] = None
            return None
        return value

    def equals(self, left: object, right: object) -> Verdict:
        """Compare two operands; of a string and a list nobody says how AWS compares them."""
        first, second = self._operand(left), self._operand(right)
        if first is None or second is None:
            return None
        if isinstance(first, str) and isinstance(second, str):
            return first == second
        if isinstance(first, str) or isinstance(second, str):
            self.unknown["Fn::Equals"] = None
            return None
        return None if None in (*first, *second) else first == second

    def _operand(self, node: object) -> str | list[str | None] | None:
        match function_call(node):
            case ("Ref", name):
                return self._ref(get_name("Ref", name))
            case (name, _) if name in _KNOWN_TO_AWS:
                self.unknown[name] = None
                return None
            case (name, _) if name in _CONDITIONS:
                return as_text(self.holds(node))
            case _ if isinstance(node, list):
                return [self.text("a list in a list", part) for part in node]
            case _ if (text := as_text(node)) is not None:
                return text
            case _:
                raise TemplateError(
                    f"Rules: {node!r} in {self.rule} is nothing that a rule compares",
                    hint="rules take strings, lists, Ref and the rule functions",
                )

    def _ref(self, name: str) -> str | list[str | None] | None:
        declared = get_section(self.instance.template, "Parameters")
        if name not in declared and not name.startswith("AWS::"):
            raise TemplateError(
                f"Rules: {self.rule} refers to {name}, which is no parameter",
                hint=f"its parameters are: {', '.join(declared) or 'none'}",
            )
        value = self.instance.known.get(name)
        listed = [as_text(one) for one in (value if isinstance(value, list) else [value])]
        # Whether an empty list has no entry or an empty one, no page of AWS says.
        is_empty_list = isinstance(value, list) and listed == [""]
        if is_empty_list or any(one is None or _DYNAMIC in one for one in listed):
            self.unknown[f"Ref {name}"] = None
            return None
        return listed if isinstance(value, list) else listed[0]


def _and(judge: _Judge, argument: object) -> Verdict:
    return _all([judge.holds(part) for part in get_parts("Fn::And", argument, 2, 10)])


def _or(judge: _Judge, argument: object) -> Verdict:
    return _any([judge.holds(part) for part in get_parts("Fn::Or", argument, 2, 10)])


def _not(judge: _Judge, argument: object) -> Verdict:
    (part,) = get_parts("Fn::Not", argument, 1)
    holds = judge.holds(part)
    return None if holds is None else not holds


def _equals(judge: _Judge, argument: object) -> Verdict:
    left, right = get_parts("Fn::Equals", argument, 2)
    return judge.equals(left, right)


def _contains(judge: _Judge, argument: object) -> Verdict:
    listed, wanted = get_parts("Fn::Contains", argument, 2)
    members, text = judge.texts("Fn::Contains", listed), judge.text("Fn::Contains", wanted)
    return None if members is None else _any([_same(one, text) for one in members])


def _each_member_equals(judge: _Judge, argument: object) -> Verdict:
    function = "Fn::EachMemberEquals"
    listed, wanted = get_parts(function, argument, 2)
    members, text = judge.texts(function, listed), judge.text(function, wanted)
    return None if members is None else _all([_same(one, text) for one in members])


def _each_member_in(judge: _Judge, argument: object) -> Verdict:
    function = "Fn::EachMemberIn"
    listed, wanted = (judge.texts(function, part) for part in get_parts(function, argument, 2))
    if listed is None or wanted is None:
        return None
    return _all([_any([_same(one, other) for other in wanted]) for one in listed])


_CONDITIONS: Final[Mapping[str, Callable[[_Judge, object], Verdict]]] = {
    "Fn::And": _and,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
}


def _same(left: str | None, right: str | None) -> Verdict:
    return None if left is None or right is None else left == right


def _all(verdicts: Sequence[Verdict]) -> Verdict:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _any(verdicts: Sequence[Verdict]) -> Verdict:
    if True in verdicts:
        return True
    return None if None in verdicts else False
