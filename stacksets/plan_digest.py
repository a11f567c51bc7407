"""The digest that names a plan: the same world and the same wish give the same one. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from stacksets.definition import mask_values
from stacksets.parameter_values import no_echo_parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Definition
    from stacksets.operation_ids import Purpose


def digest_plan(
    deployment: Deployment,
    observed: StackSet | None,
    definition: Definition | None,
    flags: Sequence[object],
    purpose: Purpose,
) -> str:
    """Name the plan after all that it is made from.

    Every instance's last operation is part of it, and the latest operation that has ended: what
    failed is retried, and what was removed is created again, under an operation id that AWS has not
    seen; while the same plan sent again after a crash keeps the one that AWS knows. A crash may
    come between the creation of the stack set and that of its instances, or right after both while
    the lists lag: so a stack set in which nothing has happened yet counts like none. NoEcho values
    are no part of it: AWS shows operation ids to many, and a short value could be guessed from one.
    `purpose` is: what lets stacks go is another plan than what deletes them; so are `flags`, what
    was asked for beyond the deployment file.
    """
    hidden = no_echo_parameters(deployment.template.content)
    asked = {
        "definition": definition
        and asdict(replace(definition, parameters=mask_values(definition.parameters, hidden))),
        "targets": [str(key) for key in deployment.instance_keys()],
        "overrides": [
            asdict(replace(one, parameters=mask_values(one.parameters, hidden)))
            for one in deployment.overrides
        ],
        "preferences": asdict(deployment.operation_preferences),
        "options": list(flags),
        "purpose": purpose.value,
    }
    if deployment.organization:
        asked["organization"] = asdict(deployment.organization)
    text = json.dumps([deployment.name, asked, _seen(observed)], sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()


def _seen(observed: StackSet | None) -> dict[str, object] | None:
    """Give what a plan is made from of what is there; None where nothing has happened yet."""
    if observed is None or _is_untouched(observed):
        return None
    return {
        "id": observed.id,
        "definition": [observed.template_body, observed.parameters, observed.tags],
        "instances": [
            [str(i.key), i.status, i.detailed_status, i.last_operation_id, i.stack_exists]
            for i in observed.instances
        ],
        "last": next((one.id for one in observed.operations if one.status.is_final), None),
        **_seen_automation(observed),
    }


def _seen_automation(observed: StackSet) -> dict[str, object]:
    """Give what auto-deployment does, where there is any."""
    if observed.auto_deployment is None:
        return {}
    targets = [asdict(one) for one in observed.auto_deployment_targets]
    return {"automation": [asdict(observed.auto_deployment), targets]}


def _is_untouched(observed: StackSet) -> bool:
    return not observed.instances and not observed.operations
