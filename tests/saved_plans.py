"""Saved plans of small worlds, and of the same worlds once something in them has moved."""

from __future__ import annotations

import json
from dataclasses import replace

from stacksets.model.desired import ParameterOverride
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus
from stacksets.plan import PlanOptions, make_plan
from stacksets.saved import save_plan
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

SECRET = {
    **CONTENT,
    "Parameters": {
        **CONTENT["Parameters"],
        "Password": {"Type": "String", "NoEcho": True, "Default": "open-sesame"},
    },
}
BOTH = (
    an_instance(a_key(region=EAST), overrides={"Suffix": "e"}),
    an_instance(a_key(region=WEST), overrides={}),
)
OVERRIDE = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"})


def a_world_to_plan(**changes):
    values = {"parameters": {"Suffix": "x"}, "tags": {"Team": "blue"}, "overrides": (OVERRIDE,)}
    return a_deployment(**(values | changes))


def observed(*instances, **changes):
    values = {"operations": (an_operation(),), "tags": {"Team": "blue"}}
    return a_stack_set(*(instances or BOTH), **(values | changes))


def saved(deployment=None, there="default", options=None):
    deployment = deployment or a_world_to_plan()
    there = observed() if there == "default" else there
    chosen = options or PlanOptions()
    return save_plan(deployment, there, make_plan(deployment, there, chosen), chosen, ("mind",))


PLANNED = saved()


def secrets(password, *, there=True):
    override = replace(OVERRIDE, parameters={"Suffix": "e", "Password": f"{password}-east"})
    deployment = a_world_to_plan(
        template=a_template(SECRET), parameters={"Password": password}, overrides=(override,)
    )
    before = observed(
        replace(BOTH[0], overrides={"Password": "f0und", "Suffix": "z"}),
        BOTH[1],
        template_body=json.dumps(SECRET),
        parameters={"Password": "f0und"},
    )
    return saved(deployment, before if there else None, PlanOptions(send=frozenset({"Password"})))


def _edited():
    """The plan that comes of the world, where the one that was kept had a step's words changed."""
    step = replace(PLANNED.plan.steps[0], why="it was agreed")
    return replace(PLANNED, plan=replace(PLANNED.plan, steps=(step, *PLANNED.plan.steps[1:])))


def _edited_all_over():
    notes = tuple(f"note {number}" for number in range(12))
    return replace(PLANNED, plan=replace(PLANNED.plan, notes=notes))


KINDS = {
    "deployment_file": saved(a_world_to_plan(sha256="1" * 64)),
    "template": saved(a_world_to_plan(template=a_template({**CONTENT, "Description": "new"}))),
    "parameter": saved(a_world_to_plan(parameters={"Suffix": "y"}, sha256="1" * 64)),
    "tag": saved(a_world_to_plan(tags={"Team": "red", "New": "x"}, sha256="1" * 64)),
    "environment_variable": saved(a_world_to_plan(tags={"Team": "red"})),
    "override": saved(
        a_world_to_plan(sha256="1" * 64, overrides=(replace(OVERRIDE, parameters={"Suffix": "f"}),))
    ),
    "setting": saved(a_world_to_plan(description="new", sha256="1" * 64)),
    "targets": saved(
        a_world_to_plan(targets=targets((ACCOUNT, EAST), (ACCOUNT, HOME)), sha256="1" * 64)
    ),
    "account": saved(a_world_to_plan(admin_account=OTHER_ACCOUNT)),
    "instance_added": saved(there=observed(*BOTH, an_instance(a_key(OTHER_ACCOUNT, EAST)))),
    "instance_removed": saved(there=observed(BOTH[0])),
    "instance_status": saved(
        there=observed(
            BOTH[0],
            replace(BOTH[1], status=InstanceStatus.OUTDATED, detailed_status=DetailedStatus.FAILED),
        )
    ),
    "stack_gone": saved(there=observed(BOTH[0], replace(BOTH[1], stack_exists=False))),
    "stack_unread": saved(there=observed(BOTH[0], replace(BOTH[1], stack_exists=None))),
    "stack_none": saved(there=observed(BOTH[0], replace(BOTH[1], stack_id=None))),
    "operation_since": saved(
        there=observed(
            replace(BOTH[0], last_operation_id="op-2"),
            replace(BOTH[1], last_operation_id=None),
            operations=(an_operation(id="op-2"), an_operation()),
        )
    ),
    "operation_running": saved(
        there=observed(operations=(an_operation(id="op-2", status=OperationStatus.RUNNING),))
    ),
    "operations_forgotten": saved(there=observed(operations=())),
    "override_on_aws": saved(there=observed(replace(BOTH[0], overrides={"Suffix": "z"}), BOTH[1])),
    "overrides_unread": saved(there=observed(replace(BOTH[0], overrides=None), BOTH[1])),
    "definition_on_aws": saved(
        there=observed(
            parameters={"Suffix": "other"},
            tags={"Team": "green"},
            description="by hand",
            template_body=json.dumps({**CONTENT, "Description": "by hand"}),
        )
    ),
    "stack_set_deleted": saved(there=None),
    "stack_set_anew": saved(there=observed(id="greeting-dev:0002")),
    "stack_set_name": saved(a_world_to_plan(name="greeting-two"), observed(name="greeting-two")),
    "stack_set_elsewhere": saved(a_world_to_plan(home_region=EAST, sha256="1" * 64), None),
    "environment": saved(a_world_to_plan(environment="prod")),
    "remove_first": saved(options=PlanOptions(remove_first=True)),
    "options": saved(options=PlanOptions(audit=True, send=frozenset({"B", "A"}))),
    "edited": _edited(),
    "edited_all_over": _edited_all_over(),
}
