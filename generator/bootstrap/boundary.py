"""The boundary of every role that service stacks make: whatever such a role is given, not more."""

import awacs.kms
import awacs.logs
import awacs.xray
from awacs.aws import Condition, PolicyDocument, StringEquals
from troposphere import Ref
from troposphere.iam import ManagedPolicy

from generator.bootstrap.names import account_arns, boundary_name
from generator.bootstrap.parameters import IS_HOME, Parameters
from generator.metadata import context
from generator.policies import allow, policy


def build_boundary(parameters: Parameters) -> ManagedPolicy:
    """With a name, since the stack set names it by its ARN before any stack is there."""
    return ManagedPolicy(
        "ServiceBoundary",
        Metadata=context(
            "The most that a role of a service stack can do, whatever its own policy says: the "
            "execution role gives no role without it and takes it from none.",
            "deletes nothing, reads no secret and no data, touches no IAM",
        ),
        Condition=IS_HOME,
        ManagedPolicyName=boundary_name(),
        Description="Bounds every role that stacks of the service make.",
        PolicyDocument=_policy(parameters),
    )


def _policy(parameters: Parameters) -> PolicyDocument:
    """Log lines and traces, in the target regions; variables behind a key of ours."""
    here = StringEquals({"aws:RequestedRegion": Ref(parameters.target_regions)})
    ours = StringEquals({"aws:ResourceTag/Environment": Ref(parameters.environment_suffix)})
    return policy(
        allow(
            "WriteLogs",
            [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
            [account_arns("logs", "log-group:StackSet-*")],
            Condition(here),
        ),
        allow(
            "SendTraces",
            [awacs.xray.PutTelemetryRecords, awacs.xray.PutTraceSegments],
            ["*"],
            Condition(here),
        ),
        allow(
            "ReadVariables",
            [awacs.kms.Decrypt],
            [account_arns("kms", "key/*")],
            Condition([here, ours]),
        ),
    )
