"""The concrete view of one stack instance: a template with what its account and region make known.

Reviewers and cfn-guard read a resolved template; several AWS rules misjudge a `Ref` or an `Fn::Sub`
that CloudFormation would have filled in. Nothing is guessed: what only a deployment can tell
(`Fn::GetAtt`, `Ref` of a resource, `Fn::ImportValue`, a parameter kept in SSM, the stack id) stays
as the template has it. Pure: no disk, no network, no AWS.

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

_NO_VALUE: Final = object()
_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_URL_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}


def resolve(
    template: Mapping[str, object],
    *,
    parameters: Mapping[str, str],
    account: str,
    region: str,
    partition: str = "aws",
    stack_name: str | None = None,
) -> dict[str, object]:
    """Give the template as one stack instance has it.

    Functions whose parts are known become their values, `AWS::NoValue` and resources and outputs
    whose condition is false disappear, and with them the conditions themselves. Parameters,
    Mappings, Rules and Transform stay as they are. A parameter of type Number becomes a number, a
    list type a list of strings; literals keep the type that the template gives them.

    Args:
        template: A template in JSON form (long function names); it is not changed.
        parameters: Values as CloudFormation takes them, strings; defaults fill the rest.
        account: Twelve digits.
        region: As in `us-east-1`.
        partition: As in `arn:<partition>:`.
        stack_name: None while nobody knows it: a stack set names its stacks itself.

    Raises:
        TemplateError: A parameter is missing or unknown, conditions go in a circle or ask for what
            only a deployment knows, or a function is malformed.
    """
    instance = _Instance(template, parameters, _pseudo(account, region, partition, stack_name))
    instance.verdict_of_each()
    resources = _created(instance, "Resources")
    resolved = {key: section for key, section in template.items() if key != "Conditions"}
    if "Resources" in template:
        resolved["Resources"] = {key: _depend(each, resources) for key, each in resources.items()}
    if "Outputs" in template:
        resolved["Outputs"] = _created(instance, "Outputs")
    return resolved


def evaluate_conditions(
    template: Mapping[str, object],
    *,
    parameters: Mapping[str, str],
    account: str,
    region: str,
    partition: str = "aws",
    stack_name: str | None = None,
) -> dict[str, bool]:
    """Tell for one stack instance which of the template's conditions hold; arguments as above.

    Raises:
        TemplateError: As `resolve` does.
    """
    instance = _Instance(template, parameters, _pseudo(account, region, partition, stack_name))
    return instance.verdict_of_each()


def _pseudo(account: str, region: str, partition: str, stack_name: str | None) -> dict[str, object]:
    known: dict[str, object] = {
        "AWS::AccountId": account,
        "AWS::Region": region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": _URL_SUFFIXES.get(partition, "amazonaws.com"),
        "AWS::NoValue": _NO_VALUE,
    }
    return known if stack_name is None else {**known, "AWS::StackName": stack_name}


def _created(instance: _Instance, section: str) -> dict[str, object]:
    """Resolve what a section holds, less the entries whose condition is false."""
    created: dict[str, object] = {}
    for name, entry in _section(instance.template, section).items():
        if not isinstance(entry, Mapping):
            created[name] = entry
            continue
        condition = entry.get("Condition")
        if condition is None or instance.condition(_name("Condition", condition)):
            body = {key: value for key, value in entry.items() if key != "Condition"}
            created[name] = instance.members(body)
    return created


def _depend(resource: object, created: Mapping[str, object]) -> object:
    """Drop dependencies on what is not created, as CloudFormation does."""
    match resource:
        case {"DependsOn": str() as name, **rest}:
            return resource if name in created else rest
        case {"DependsOn": list() as names, **rest}:
            kept = [name for name in names if not isinstance(name, str) or name in created]
            return {**rest, "DependsOn": kept} if kept != names else resource
        case _:
            return resource


@dataclass(slots=True)
class _Instance:
    """What is known of one stack instance; conditions are evaluated once, when first asked for."""

    template: Mapping[str, object]
    given: Mapping[str, str]
    known: dict[str, object]
    verdicts: dict[str, bool] = field(default_factory=dict)
    asking: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        declared = _section(self.template, "Parameters")
        self.known = {**parameter_values(declared, self.given), **self.known}

    def verdict_of_each(self) -> dict[str, bool]:
        """Evaluate every condition, also those that nothing uses: a circle is a fault anywhere."""
        return {name: self.condition(name) for name in _section(self.template, "Conditions")}

    def condition(self, name: str) -> bool:
        """Evaluate a condition by name."""
        if name in self.asking:
            circle = " → ".join([*self.asking[self.asking.index(name) :], name])
            raise TemplateError(f"Conditions: {circle} go in a circle", hint="break the circle")
        if name not in self.verdicts:
            conditions = _section(self.template, "Conditions")
            if name not in conditions:
                raise TemplateError(
                    f"Conditions: there is no condition {name}", hint="declare it, or mend the name"
                )
            self.asking.append(name)
            self.verdicts[name] = self._holds(conditions[name])
            self.asking.pop()
        return self.verdicts[name]

    def _holds(self, expression: object) -> bool:
        match _function(expression):
            case ("Condition", name):
                return self.condition(_name("Condition", name))
            case ("Fn::And", parts):
                return False not in [self._holds(part) for part in _parts("Fn::And", parts, 2, 10)]
            case ("Fn::Or", parts):
                return True in [self._holds(part) for part in _parts("Fn::Or", parts, 2, 10)]
            case ("Fn::Not", parts):
                return not self._holds(_parts("Fn::Not", parts, 1)[0])
            case ("Fn::Equals", parts):
                left, right = (self._text(part) for part in _parts("Fn::Equals", parts, 2))
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
        match _function(node):
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
        return node if resolved is _NO_VALUE else resolved

    def members(self, node: Mapping[str, object]) -> dict[str, object]:
        """Resolve an object; a member whose value is AWS::NoValue is gone."""
        resolved = {key: self.value(member) for key, member in node.items()}
        return {key: member for key, member in resolved.items() if member is not _NO_VALUE}

    def entries(self, node: Sequence[object]) -> list[object]:
        """Resolve a list; an entry that is AWS::NoValue is gone."""
        resolved = [self.value(entry) for entry in node]
        return [entry for entry in resolved if entry is not _NO_VALUE]


def _ref(instance: _Instance, name: object) -> object:
    return instance.known.get(_name("Ref", name), {"Ref": name})


def _if(instance: _Instance, argument: object) -> object:
    name, when_true, when_false = _parts("Fn::If", argument, 3)
    holds = instance.condition(_name("Fn::If", name))
    return instance.value(when_true if holds else when_false)


def _sub(instance: _Instance, argument: object) -> object:
    text, variables = (
        (argument, {}) if isinstance(argument, str) else _parts("Fn::Sub", argument, 2)
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


def _join(instance: _Instance, argument: object) -> object:
    delimiter, listed = _parts("Fn::Join", argument, 2)
    parts = instance.part(listed)
    texts = [as_text(part) for part in parts] if isinstance(parts, list) else [None]
    if not isinstance(delimiter, str) or None in texts:
        return {"Fn::Join": [delimiter, parts]}
    return delimiter.join(cast("list[str]", texts))


def _split(instance: _Instance, argument: object) -> object:
    delimiter, source = _parts("Fn::Split", argument, 2)
    text = instance.part(source)
    if isinstance(delimiter, str) and delimiter and isinstance(text, str):
        return text.split(delimiter)
    return {"Fn::Split": [delimiter, text]}


def _select(instance: _Instance, argument: object) -> object:
    position, listed = _parts("Fn::Select", argument, 2)
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


def _find_in_map(instance: _Instance, argument: object) -> object:
    parts = [instance.part(part) for part in _parts("Fn::FindInMap", argument, 3, 4)]
    keys = [as_text(part) for part in parts[:3]]
    if None in keys:
        return {"Fn::FindInMap": parts}
    found: object = _section(instance.template, "Mappings")
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


_FUNCTIONS: Final[Mapping[str, Callable[[_Instance, object], object]]] = {
    "Ref": _ref,
    "Fn::If": _if,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
}


def _function(node: object) -> tuple[str, object] | None:
    """Take a function call apart: an object of one member."""
    if isinstance(node, Mapping) and len(node) == 1:
        return cast("tuple[str, object]", next(iter(node.items())))
    return None


def _parts(name: str, argument: object, least: int, most: int | None = None) -> list[object]:
    if isinstance(argument, list) and least <= len(argument) <= (most or least):
        return argument
    expected = str(least) if most is None else f"{least} to {most}"
    raise TemplateError(
        f"{name} takes a list of {expected}, not {argument!r}",
        hint="see the intrinsic function reference",
    )


def _name(where: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise TemplateError(f"{where} takes a name, not {value!r}", hint="give a string")


def _section(template: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = template.get(name, {})
    if isinstance(section, Mapping):
        return section
    raise TemplateError(f"{name} is no map", hint=f"mend the template's {name}")
