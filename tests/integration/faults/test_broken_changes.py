"""Deploy and destroy while 3 of 10 calls break, at every offset: the right state in the end.

microburst breaks the calls on their way to the embedded AWS, or the replies on their way back.
botocore tries again as it does everywhere; only its pauses are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.breaking import ACCEPTED, OFFSETS, run_while_broken
from tests.integration.faults.small import DEPLOY, DESTROY, state, told

if TYPE_CHECKING:
    from tests.integration.commands import Folder
    from tests.integration.faults.burst import Burst, Fault
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]


@pytest.mark.parametrize("first", range(OFFSETS))
def test_a_deploy_and_a_destroy_end_in_the_right_state(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, first: int
) -> None:
    empty = state(local_aws)

    broken.break_some(fault, first=first)
    run_while_broken(folder, broken, DEPLOY)
    deployed, accepted = state(local_aws), told(local_aws, 0).accepted
    since = len(local_aws.journal())
    broken.break_some(fault, first=first)
    run_while_broken(folder, broken, DESTROY)

    [stack_set] = deployed["stack sets"]
    assert stack_set["operations"] == [("CREATE", "SUCCEEDED")]
    assert [row[1:] for row in stack_set["instances"]] == [("CURRENT", "SUCCEEDED")] * 2
    assert accepted == ACCEPTED["deploy"]
    assert told(local_aws, since).accepted == ACCEPTED["destroy"]
    assert state(local_aws) == empty
