"""What a template's functions come to in one stack instance, as far as it is known: pure.

Nothing is guessed: what only a deployment can tell stays as the template has it.

Sources: CloudFormation user guide, "Intrinsic function reference", "Condition functions",
"Pseudo parameters reference" and "Parameters".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from stacksets.errors import TemplateError
from stacksets.parameter_values import as_text, parameter_values

if TYPE_CHECKING:
    from collections.abc import Callable

NO_VALUE: Final = object()
"""Stands for AWS::NoValue: what has it is gone."""
_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_URL_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}


def pseudo_parameters(
    account: str, region: str, partition: str, stack_name: str | None
) -> dict[str, object]:
    """Give the pseudo parameters that are known; `stack_name` is None while nobody knows it."""
    known: dict[str, object] = {
        "AWS::AccountId": account,
        "AWS::Region": region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": _URL_SUFFIXES.get(partition, "amazonaws.com"),
        "AWS::NoValue": NO_VALUE,
    }
    return known if stack_name is None else {**known, "AWS::StackName": stack_name}


@dataclass(slots=True)
class Instance:
    """What is known of one stack instance; conditions are evaluated once, when first asked for."""

    template: Mapping[str, object]
    given: Mapping[str, str]
    known: dict[str, object]
    verdicts: dict[str, bool] = field(default_factory=dict)
    asking: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        declared = get_section(self.template, "Parameters")
        self.known = {**parameter_values(declared, self.given), **self.known}

    def verdict_of_each(self) -> dict[str, bool]:
        """Evaluate every condition, also those that nothing uses: a circle is a fault anywhere."""
        return {name: self.condition(name) for name in get_section(self.template, "Conditions")}

    def condition(self, name: str) -> bool:
        """Evaluate a condition by name."""
        if name in self.asking:
            circle = " → ".join([*self.asking[self.asking.index(name) :], name])
            raise TemplateError(f"Conditions: {circle} go in a circle", hint="break the circle")
        if name not in self.verdicts:
            conditions = get_section(self.template, "Conditions")
            if name not in conditions:
                raise TemplateError(
                    f"Conditions: there is no condition {name}", hint="declare it, or mend the name"
                )
            self.asking.append(name)
            self.verdicts[name] = self._holds(conditions[name])
            self.asking.pop()
        return self.verdicts[name]

    def _holds(self, expression: object) -> bool:
        match function_call(expression):
            case ("Condition", name):
                return self.condition(get_name("Condition", name))
            case ("Fn::And", parts):
                return False not in [
                    self._holds(part) for part in get_parts("Fn::And", parts, 2, 10)
                ]
            case ("Fn::Or", parts):
                return True in [self._holds(part) for part in get_parts("Fn::Or", parts, 2, 10)]
            case ("Fn::Not", parts):
                return not self._holds(get_parts("Fn::Not", parts, 1)[0])
            case ("Fn::Equals", parts):
                left, right = (self._text(part) for part in get_parts("Fn::Equals", parts, 2))
                return left == right
            case _:
                raise TemplateError(
                    f"Conditions: {expression!r} is no condition",
                    hint="use Fn::And, Fn::Or, Fn::Not, Fn::Equals or Condition",
                )

    def _text(self, operand: object) -> str:
        """Resolve an operand of Fn::Equals; CloudFormation compares strings."""
        text = as_text(self.value(operand))
        if text is None:
            raise TemplateError(
                f"Conditions: {operand!r} is not known before the deployment",
                hint="conditions may use parameters, mappings and pseudo parameters only",
            )
        return text

    def value(self, node: object) -> object:
        """Resolve any part of a template; a function that cannot be known keeps its form."""
        match function_call(node):
            case (name, argument) if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
            case _ if isinstance(node, Mapping):
                return self.members(node)
            case _ if isinstance(node, list):
                return self.entries(node)
            case _:
                return node

    def part(self, node: object) -> object:
        """Resolve what a function works on; AWS::NoValue is nothing to work on and stays."""
        resolved = self.value(node)
        return node if resolved is NO_VALUE else resolved

    def members(self, node: Mapping[str, object]) -> dict[str, object]:
        """Resolve an object; a member whose value is AWS::NoValue is gone."""
        resolved = {key: self.value(member) for key, member in node.items()}
        return {key: member for key, member in resolved.items() if member is not NO_VALUE}

    def entries(self, node: Sequence[object]) -> list[object]:
        """Resolve a list; an entry that is AWS::NoValue is gone."""
        resolved = [self.value(entry) for entry in node]
        return [entry for entry in resolved if entry is not NO_VALUE]


def _ref(instance: Instance, name: object) -> object:
    return instance.known.get(get_name("Ref", name), {"Ref": name})


def _if(instance: Instance, argument: object) -> object:
    name, when_true, when_false = get_parts("Fn::If", argument, 3)
    holds = instance.condition(get_name("Fn::If", name))
    return instance.value(when_true if holds else when_false)


def _sub(instance: Instance, argument: object) -> object:
    text, variables = (
        (argument, {}) if isinstance(argument, str) else get_parts("Fn::Sub", argument, 2)
    )
    if not isinstance(text, str) or not isinstance(variables, Mapping):
        raise TemplateError(
            f"Fn::Sub takes a string, or a string and a map, not {argument!r}",
            hint="see the intrinsic function reference",
        )
    own = instance.members(variables)
    known = {key: as_text(value) for key, value in {**instance.known, **own}.items()}
    names = [name for literal, name in _VARIABLE.findall(text) if not literal]
    open_names = [name for name in names if known.get(name) is None]
    if not open_names:
        return _VARIABLE.sub(lambda found: _substitute(found, known), text)
    rest = _VARIABLE.sub(lambda found: _substitute_some(found, known), text)
    left = {name: own[name] for name in open_names if name in own}
    return {"Fn::Sub": [rest, left] if left else rest}


def _substitute(found: re.Match[str], known: Mapping[str, str | None]) -> str:
    literal, name = found.groups()
    return f"${{{name}}}" if literal else str(known[name])


def _substitute_some(found: re.Match[str], known: Mapping[str, str | None]) -> str:
    """Fill in what is known of a text that stays an Fn::Sub, hence must stay escaped."""
    literal, name = found.groups()
    value = None if literal else known.get(name)
    return found.group() if value is None else value.replace("${", "${!")


def _join(instance: Instance, argument: object) -> object:
    delimiter, listed = get_parts("Fn::Join", argument, 2)
    parts = instance.part(listed)
    texts = [as_text(part) for part in parts] if isinstance(parts, list) else [None]
    if not isinstance(delimiter, str) or None in texts:
        return {"Fn::Join": [delimiter, parts]}
    return delimiter.join(cast("list[str]", texts))


def _split(instance: Instance, argument: object) -> object:
    delimiter, source = get_parts("Fn::Split", argument, 2)
    text = instance.part(source)
    if isinstance(delimiter, str) and delimiter and isinstance(text, str):
        return text.split(delimiter)
    return {"Fn::Split": [delimiter, text]}


def _select(instance: Instance, argument: object) -> object:
    position, listed = get_parts("Fn::Select", argument, 2)
    index = as_text(instance.value(position))
    choices = instance.part(listed)
    if index is None or not isinstance(choices, list):
        return {"Fn::Select": [position, choices]}
    if not index.isdecimal() or int(index) >= len(choices):
        raise TemplateError(
            f"Fn::Select: there is no entry {index} among {len(choices)}",
            hint="the first entry is 0",
        )
    return choices[int(index)]


def _find_in_map(instance: Instance, argument: object) -> object:
    parts = [instance.part(part) for part in get_parts("Fn::FindInMap", argument, 3, 4)]
    keys = [as_text(part) for part in parts[:3]]
    if None in keys:
        return {"Fn::FindInMap": parts}
    found: object = get_section(instance.template, "Mappings")
    for key in cast("list[str]", keys):
        found = found.get(key) if isinstance(found, Mapping) else None
    match found, parts[3:]:
        case (None, [{"DefaultValue": default}]):
            return default
        case (None, _):
            raise TemplateError(
                f"Mappings: there is no {'.'.join(cast('list[str]', keys))}",
                hint="add the entry to the mapping",
            )
        case _:
            return found


_FUNCTIONS: Final[Mapping[str, Callable[[Instance, object], object]]] = {
    "Ref": _ref,
    "Fn::If": _if,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
}


def function_call(node: object) -> tuple[str, object] | None:
    """Take a function call apart: an object of one member."""
    if isinstance(node, Mapping) and len(node) == 1:
        return cast("tuple[str, object]", next(iter(node.items())))
    return None


def get_parts(name: str, argument: object, least: int, most: int | None = None) -> list[object]:
    """Give the arguments of a function, which are `least` to `most`, or just `least`.

    Raises:
        TemplateError: they are not.
    """
    if isinstance(argument, list) and least <= len(argument) <= (most or least):
        return argument
    expected = str(least) if most is None else f"{least} to {most}"
    raise TemplateError(
        f"{name} takes a list of {expected}, not {argument!r}",
        hint="see the intrinsic function reference",
    )


def get_name(where: str, value: object) -> str:
    """Give the name that a function takes.

    Raises:
        TemplateError: it is none.
    """
    if isinstance(value, str):
        return value
    raise TemplateError(f"{where} takes a name, not {value!r}", hint="give a string")


def get_section(template: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Give a section of the template, empty where it has none.

    Raises:
        TemplateError: it is no map.
    """
    section = template.get(name, {})
    if isinstance(section, Mapping):
        return section
    raise TemplateError(f"{name} is no map", hint=f"mend the template's {name}")
