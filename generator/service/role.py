"""The function's role: its own log group and X-Ray, nothing else."""

import awacs.logs
import awacs.xray
from awacs.aws import PolicyDocument
from troposphere import GetAtt, If, NoValue, Ref
from troposphere.iam import Policy, Role

from generator.metadata import context, tags
from generator.policies import allow, policy, trust
from generator.service.logs import Logs
from generator.service.parameters import HAS_BOUNDARY, Parameters
from generator.settings import SERVICE


def build_role(parameters: Parameters, logs: Logs) -> Role:
    """Without a name: IAM is global, and the same stack stands in several regions."""
    boundary = Ref(parameters.permissions_boundary_arn)
    return Role(
        "FunctionRole",
        Metadata=context(
            "What the function may do. It has no RoleName, since IAM is global and this stack "
            "stands in several regions; the path is what the execution role may manage.",
            "no logs:CreateLogGroup: the group is the stack's",
            "X-Ray is the one Resource '*': its actions know no resource",
        ),
        Path=f"/{SERVICE}/",
        AssumeRolePolicyDocument=trust("Service", "lambda.amazonaws.com"),
        Policies=[Policy(PolicyName="WriteLogsAndTraces", PolicyDocument=_policy(logs))],
        PermissionsBoundary=If(HAS_BOUNDARY, boundary, NoValue),
        Tags=tags(parameters),
    )


def _policy(logs: Logs) -> PolicyDocument:
    return policy(
        allow(
            "WriteOwnLogGroup",
            [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
            [GetAtt(logs.function, "Arn")],
        ),
        allow("SendTraces", [awacs.xray.PutTelemetryRecords, awacs.xray.PutTraceSegments], ["*"]),
    )
