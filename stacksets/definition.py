"""What a stack set stores: settled from the deployment, and compared with what AWS holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from stacksets.differences import MASK, Hidden, find_differences
from stacksets.model.desired import AutoDeployment, KeptValue, PermissionModel
from stacksets.model.plan import Definition, Difference
from stacksets.parameter_values import declared_parameters, default_parameters, no_echo_parameters
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet

V = TypeVar("V")


def settle_definition(deployment: Deployment, observed: StackSet | None) -> Definition:
    """Decide every value that is sent.

    A kept value is the deployed one, else its fallback. Every declared parameter is given, because
    an update resets to its default whatever it leaves out (API reference, Parameter).
    """
    given = _settled(deployment.parameters, observed.parameters if observed else {})
    administration, execution = _settled_roles(deployment, observed)
    return Definition(
        name=deployment.name,
        template_body=deployment.template.body,
        template_sha256=deployment.template.sha256,
        description=deployment.description or (observed.description if observed else None),
        parameters=default_parameters(deployment.template.content) | given,
        tags=_settled(deployment.tags, observed.tags if observed else {}),
        capabilities=deployment.capabilities,
        permission_model=deployment.permission_model,
        administration_role_arn=administration,
        execution_role_name=execution,
        managed_execution=deployment.managed_execution,
        auto_deployment=_settled_auto_deployment(deployment, observed),
    )


def _settled_auto_deployment(
    deployment: Deployment, observed: StackSet | None
) -> AutoDeployment | None:
    """Keep the dependencies that are there: what an update without them means is not documented."""
    wanted, there = deployment.auto_deployment, observed and observed.auto_deployment
    return replace(wanted, depends_on=there.depends_on) if wanted and there else wanted


def compare_definition(
    definition: Definition, observed: StackSet, *, informational: frozenset[str]
) -> tuple[Difference, ...]:
    """List what an update of the definition would change.

    Templates are compared by what they say, not by their bytes. NoEcho parameters are left out,
    because AWS masks them, and so are informational tags and parameters.
    """
    content = parse_template(definition.template_body)
    there = parse_template(observed.template_body)
    left_out = no_echo_parameters(content) | informational
    hidden = no_echo_parameters(there)
    return (
        *compare_templates(there, content),
        *find_differences(
            _hide_values(_without(_effective(observed.parameters, there), left_out), hidden),
            _hide_values(_without(definition.parameters, left_out), hidden),
            "Parameters",
        ),
        *find_differences(
            _without(observed.tags, informational), _without(definition.tags, informational), "Tags"
        ),
        *_compare_settings(definition, observed),
    )


def compare_templates(
    observed: Mapping[str, object], desired: Mapping[str, object]
) -> tuple[Difference, ...]:
    """List where two templates differ; the default of a NoEcho parameter is compared, not shown."""
    hidden = no_echo_parameters(observed, desired)
    return find_differences(_hide(observed, hidden), _hide(desired, hidden), "Template")


def find_informational(
    definition: Definition, observed: StackSet, informational: frozenset[str]
) -> tuple[Difference, ...]:
    """List the informational tags and parameters that differ: they wait for the next change.

    A NoEcho parameter is never among them: its value must stand nowhere.
    """
    hidden = no_echo_parameters(parse_template(definition.template_body))
    return tuple(
        Difference(path=f"{table}.{name}", observed=there.get(name), desired=wanted.get(name))
        for table, there, wanted in (
            ("Parameters", observed.parameters, definition.parameters),
            ("Tags", observed.tags, definition.tags),
        )
        for name in sorted(informational - (hidden if table == "Parameters" else frozenset()))
        if there.get(name) != wanted.get(name)
    )


def hidden_parameters(deployment: Deployment, observed: StackSet | None) -> frozenset[str]:
    """Name the parameters whose values stand nowhere: of the file, of the stack set, of overrides.

    They are NoEcho in the template or in the one that is deployed, or an override on AWS is of
    them and neither template has them any more: nobody knows then whether they were.
    """
    there = parse_template(observed.template_body) if observed else {}
    contents = (deployment.template.content, there)
    instances = observed.instances if observed else ()
    overridden = {name for one in instances for name in one.overrides or ()}
    declared = {name for one in contents for name in declared_parameters(one)}
    return no_echo_parameters(*contents) | (overridden - declared)


def file_sha256(deployment: Deployment) -> str | None:
    """Give the digest of the deployment file, where no secret could be guessed from it.

    None where a template of the deployment has NoEcho parameters: the file may hold their values,
    those of other environments too, and a short one is found by trying.
    """
    contents = [deployment.template.content]
    if deployment.bootstrap:
        contents.append(deployment.bootstrap.template.content)
    return None if no_echo_parameters(*contents) else deployment.sha256


def _hide_values(values: Mapping[str, str], names: frozenset[str]) -> dict[str, object]:
    """Hide what the deployed template calls NoEcho, on both sides: until then it is a secret."""
    return {name: Hidden(value) if name in names else value for name, value in values.items()}


def mask_values(values: Mapping[str, V], names: frozenset[str]) -> dict[str, str | V]:
    """Put `MASK` for the values of these parameters."""
    return {name: MASK if name in names else value for name, value in values.items()}


def _settled(wanted: Mapping[str, str | KeptValue], there: Mapping[str, str]) -> dict[str, str]:
    return {
        name: there.get(name, value.fallback) if isinstance(value, KeptValue) else value
        for name, value in wanted.items()
    }


def _settled_roles(
    deployment: Deployment, observed: StackSet | None
) -> tuple[str | None, str | None]:
    """Keep the deployed roles where the file names none; StackSets brings its own to units."""
    if deployment.permission_model is PermissionModel.SERVICE_MANAGED:
        return None, None
    there = (
        (observed.administration_role_arn, observed.execution_role_name)
        if observed and observed.permission_model is PermissionModel.SELF_MANAGED
        else (None, None)
    )
    return deployment.administration_role_arn or there[0], deployment.execution_role_name or there[
        1
    ]


def _effective(parameters: Mapping[str, str], content: Mapping[str, object]) -> dict[str, str]:
    """Add the defaults of parameters that the stack set does not name itself."""
    return default_parameters(content) | dict(parameters)


def _hide(content: Mapping[str, object], names: frozenset[str]) -> Mapping[str, object]:
    hidden = {
        name: {**spec, "Default": Hidden(spec["Default"])}
        for name, spec in declared_parameters(content).items()
        if name in names and "Default" in spec
    }
    parameters = content.get("Parameters")
    if not hidden or not isinstance(parameters, Mapping):
        return content
    return {**content, "Parameters": {**parameters, **hidden}}


def _without(values: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: values[name] for name in sorted(values) if name not in names}


def _compare_settings(definition: Definition, observed: StackSet) -> Iterator[Difference]:
    pairs: tuple[tuple[str, object, object], ...] = (
        ("Description", observed.description, definition.description),
        ("Capabilities", _as_set(observed.capabilities), _as_set(definition.capabilities)),
        ("ManagedExecution", observed.managed_execution, definition.managed_execution),
        ("PermissionModel", observed.permission_model.value, definition.permission_model.value),
        *_compare_model(definition, observed),
    )
    for path, there, wanted in pairs:
        yield from find_differences(there, wanted, path)


def _compare_model(
    definition: Definition, observed: StackSet
) -> tuple[tuple[str, object, object], ...]:
    """Pair what belongs to one permission model only: roles, or auto-deployment.

    Of a service-managed stack set AWS tells its own roles; whether stacks are retained says nothing
    while auto-deployment is off.
    """
    wanted = definition.auto_deployment
    if wanted is None:
        return (
            (
                "AdministrationRoleARN",
                observed.administration_role_arn,
                definition.administration_role_arn,
            ),
            ("ExecutionRoleName", observed.execution_role_name, definition.execution_role_name),
        )
    there = observed.auto_deployment or AutoDeployment(enabled=False)
    return (
        ("AutoDeployment.Enabled", there.enabled, wanted.enabled),
        (
            "AutoDeployment.RetainStacksOnAccountRemoval",
            wanted.enabled and there.enabled and there.retain_stacks_on_account_removal,
            wanted.enabled and wanted.retain_stacks_on_account_removal,
        ),
    )


def _as_set(names: Iterable[str]) -> str | None:
    return ", ".join(sorted(names)) or None
