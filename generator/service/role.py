"""The function's role: its own log group, its own key and X-Ray, nothing else."""

import awacs.kms
import awacs.logs
import awacs.xray
from troposphere import GetAtt, If, NoValue, Ref
from troposphere.iam import Policy, Role
from troposphere.kms import Key

from generator.metadata import context, tags
from generator.policies import allow, trust
from generator.service.conditions import HAS_BOUNDARY, HAS_CUSTOMER_KEY
from generator.service.logs import LogGroup
from generator.service.parameters import Parameters
from generator.settings import SERVICE


def build_role(parameters: Parameters, logs: LogGroup, key: Key) -> Role:
    """Without a name: IAM is global, and the same stack stands in several regions."""
    boundary = Ref(parameters.permissions_boundary_arn)
    return Role(
        "FunctionRole",
        Metadata=context(
            "No RoleName: IAM is global. The execution role may manage roles of this path.",
            "no logs:CreateLogGroup: the group is the stack's",
            "Resource '*' for X-Ray only, whose actions know no resource",
        ),
        Path=f"/{SERVICE}/",
        AssumeRolePolicyDocument=trust("Service", "lambda.amazonaws.com"),
        Policies=[Policy(PolicyName="WriteLogsAndTraces", PolicyDocument=_policy(logs, key))],
        PermissionsBoundary=If(HAS_BOUNDARY, boundary, NoValue),
        Tags=tags(parameters),
    )


def _policy(logs: LogGroup, key: Key) -> dict[str, object]:
    """A plain document, since awacs takes no Fn::If for a statement."""
    write_logs = allow(
        "WriteOwnLogGroup",
        [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
        [logs.arn()],
    )
    read_variables = allow("ReadOwnVariables", [awacs.kms.Decrypt], [GetAtt(key, "Arn")])
    send_traces = allow(
        "SendTraces", [awacs.xray.PutTelemetryRecords, awacs.xray.PutTraceSegments], ["*"]
    )
    if_encrypted = If(HAS_CUSTOMER_KEY, read_variables, NoValue)
    return {"Version": "2012-10-17", "Statement": [write_logs, if_encrypted, send_traces]}
