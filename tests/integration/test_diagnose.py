"""Why a stack instance failed, read from the stacks that the embedded AWS really made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stacksets.diagnosing import find_root_causes
from stacksets.model.observed import ResultStatus
from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT, a_key, a_result
from tests.integration.deployer import a_regional_deployment, make_roles, regional_template

if TYPE_CHECKING:
    from stacksets.model.desired import AccountId
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import RootCause
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

FAILING = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
}
CONTENT = regional_template(
    resources={"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, "Wait": FAILING}
)


def silent(deployer: Deployer, observed: StackSet, account: str) -> tuple[RootCause, ...]:
    """Ask for the cause with a result row that gives no reason."""
    result = a_result(a_key(account), status=ResultStatus.FAILED)
    deployment = a_regional_deployment(content=CONTENT)
    return find_root_causes(deployer.aws, deployment, observed, (result,))


@pytest.mark.parametrize("account", [ACCOUNT, OTHER_ACCOUNT])
def test_a_failed_creation_has_its_cause_although_its_stack_is_deleted_and_its_row_is_silent(
    stranger: Deployer, account: AccountId
) -> None:
    deployer = stranger
    make_roles(deployer.local, *{ACCOUNT, account})
    deployment = a_regional_deployment(content=CONTENT, regions=(EAST,), accounts=(account,))
    outcome = deployer.deploy(deployment)
    observed = deployer.observe(deployment)
    assert observed is not None
    (row,) = observed.instances
    nameless = replace(observed, instances=(replace(row, stack_id=None, status_reason=""),))

    (told,) = outcome.root_causes
    assert (told.account, told.region, told.logical_id) == (account, EAST, "Wait")
    assert told.resource_type == "AWS::CloudFormation::WaitCondition"
    assert deployer.stacks(account) == {}
    for known in (replace(observed, instances=(replace(row, status_reason=""),)), nameless):
        assert silent(deployer, known, account) == (told,)
