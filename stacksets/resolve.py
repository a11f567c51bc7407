"""The concrete view of one stack instance: a template with what its account and region make known.

Reviewers and cfn-guard read a resolved template; several AWS rules misjudge a `Ref` or an `Fn::Sub`
that CloudFormation would have filled in. Nothing is guessed: what only a deployment can tell
(`Fn::GetAtt`, `Ref` of a resource, `Fn::ImportValue`, a parameter kept in SSM, the stack id) stays
as the template has it. Pure: no disk, no network, no AWS.

Sources: CloudFormation user guide, "Intrinsic function reference", "Condition functions",
"Pseudo parameters reference" and "Parameters".
"""

from __future__ import annotations

from collections.abc import Mapping

from stacksets.errors import TemplateError
from stacksets.intrinsic import Instance, get_name, get_section, pseudo_parameters


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
    instance = Instance(
        template, parameters, pseudo_parameters(account, region, partition, stack_name)
    )
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
    instance = Instance(
        template, parameters, pseudo_parameters(account, region, partition, stack_name)
    )
    return instance.verdict_of_each()


def refuse_odd_entries(template: Mapping[str, object]) -> None:
    """Refuse to show resources and outputs that are none; a transform may write `Fn::ForEach` out.

    Raises:
        TemplateError: an entry of Resources or Outputs is not a mapping.
    """
    for section in ("Resources", "Outputs"):
        for name, entry in get_section(template, section).items():
            if not isinstance(entry, Mapping) and not name.startswith("Fn::"):
                raise TemplateError(
                    f"{section}.{name} of the template is not a mapping",
                    hint="check it with cfn-lint",
                )


def _created(instance: Instance, section: str) -> dict[str, object]:
    """Resolve what a section holds, less the entries whose condition is false."""
    created: dict[str, object] = {}
    for name, entry in get_section(instance.template, section).items():
        if not isinstance(entry, Mapping):
            created[name] = entry
            continue
        condition = entry.get("Condition")
        if condition is None or instance.condition(get_name("Condition", condition)):
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
