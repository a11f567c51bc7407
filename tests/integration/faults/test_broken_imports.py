"""The writes of an import whose calls break are accepted once all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stacksets.aws import clients
from tests.builders import ACCOUNT, EAST, WEST
from tests.integration.deployer import regional_template
from tests.integration.faults.breaking import run_while_broken
from tests.integration.faults.small import told

if TYPE_CHECKING:
    from tests.integration.commands import Folder
    from tests.integration.faults.burst import Burst, Fault
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]


@pytest.mark.parametrize("times", [1, clients.ATTEMPTS])
@pytest.mark.parametrize("action", ["CreateStackSet", "ImportStacksToStackSet"])
def test_a_write_of_an_import_that_breaks_is_accepted_once(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, action: str, times: int
) -> None:
    made = []
    for region in (EAST, WEST):
        client = local_aws.client("cloudformation", ACCOUNT, region)
        body = json.dumps(regional_template())
        made.append(client.create_stack(StackName="mine", TemplateBody=body)["StackId"])
        client.get_waiter("stack_create_complete").wait(
            StackName="mine", WaiterConfig={"Delay": 0.05}
        )
    since = len(local_aws.journal())
    broken.break_calls(fault, action, times=times)

    ran = run_while_broken(folder, broken, ("import", "--yes", *made))

    assert told(local_aws, since).accepted == {"CreateStackSet": 1, "ImportStacksToStackSet": 1}
    assert [one["stack_id"] for one in ran.result["instances"]] == made
