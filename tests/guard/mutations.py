"""A template of ours with one thing wrong, for every promise that a rule of ours guards."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stacksets.resolve import resolve

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
RULES = ROOT / "generator" / "rules"
ADMIN = "111111111111"
OTHER = "222222222222"
HOME = "us-west-2"
TAGS = ("Author", "Environment", "Repository")
# What rules judge a resource by beside itself: an API with a name has to be closed, and so on.
JUDGED_BY = {
    "AWS::ApiGateway::RestApi": "AWS::ApiGateway::DomainName",
    "AWS::CloudWatch::Alarm": "AWS::CloudWatch::CompositeAlarm",
    "AWS::Logs::LogGroup": "AWS::KMS::Key",
    "AWS::S3::Bucket": "AWS::S3::BucketPolicy",
    "AWS::S3::BucketPolicy": "AWS::S3::Bucket",
    "AWS::SNS::Topic": "AWS::KMS::Key",
}
GONE = object()
WHY = {"com.aws.cloudformation.Context": {"why": "to be refused"}}


@dataclass(frozen=True, kw_only=True)
class View:
    """A template as it is written (no environment), or as one stack instance has it."""

    template: str
    environment: str = ""
    account: str = ADMIN
    region: str = "us-east-1"
    parameters: tuple[tuple[str, str], ...] = ()

    def load(self):
        """A copy of one's own."""
        return copy.deepcopy(_load(self))


SERVICE = View(template="service")
BOOTSTRAP = View(template="bootstrap")
PROD = View(
    template="service",
    environment="prod",
    parameters=(
        ("DomainName", "api.example.com"),
        ("HostedZoneId", "Z1"),
        ("Encryption", "customer"),
    ),
)
TARGET = View(template="bootstrap", environment="dev", account=OTHER, region=HOME)


@cache
def _load(view):
    template = json.loads((TEMPLATES / f"{view.template}.json").read_text(encoding="utf-8"))
    if not view.environment:
        return template
    parameters = {"EnvironmentSuffix": view.environment, **dict(view.parameters)}
    if view.template == "bootstrap":
        places = {"HomeRegion": HOME, "TargetAccountIds": f"{ADMIN},{OTHER}"}
        regions = {"TargetRegions": "us-east-1,us-west-1"}
        parameters = {"AdminAccountId": ADMIN, **places, **regions, **parameters}
    return resolve(template, parameters=parameters, account=view.account, region=view.region)


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One value changed, added or (GONE) taken away, and the rule that has to see it."""

    rule: str
    view: View
    resource: str
    path: tuple[str | int, ...]
    value: object

    def apply(self):
        """Give the mutated template and the full logical id of the mutated resource."""
        template = self.view.load()
        name = self._logical_id(template["Resources"])
        holder = template if name == "-" else template["Resources"].setdefault(name, {})
        *way, last = self.path
        for step in way:
            holder = holder[_key(holder, step)]
        last = _key(holder, last)
        if self.value is GONE:
            del holder[last]
        elif last == "":
            holder.update(self.value)
        else:
            holder[last] = self.value
        return template, name

    def apply_alone(self):
        """Give the mutated resource without the others, but for those that it is judged by."""
        template, name = self.apply()
        if name != "-":
            resources = template["Resources"]
            beside = JUDGED_BY.get(resources[name].get("Type"))
            template["Resources"] = {
                other: resource
                for other, resource in resources.items()
                if other == name or resource.get("Type") == beside
            }
        return template

    def _logical_id(self, resources):
        """Logical ids that end in a hash are named by how they begin."""
        if self.resource == "-" or self.resource in resources or self.path == ("",):
            return self.resource
        (name,) = [name for name in resources if name.startswith(self.resource)]
        return name


def _key(holder, step):
    """An entry of a list may be named by its Sid or Key, whatever its place."""
    if isinstance(holder, list) and isinstance(step, str):
        (step,) = [
            at for at, entry in enumerate(holder) if step in (entry.get("Sid"), entry.get("Key"))
        ]
    return step


def breaks(rule, view, resource, *changes):
    """The mutations of one resource that each break one rule."""
    return [
        Mutation(rule=rule, view=view, resource=resource, path=path, value=value)
        for path, value in changes
    ]


def prop(*path):
    return ("Properties", *path)


def grant(statement, *path):
    return prop("Policies", 0, "PolicyDocument", "Statement", statement, *path)


def use(statement, *path):
    return prop("KeyPolicy", "Statement", statement, *path)


def trust(*path):
    return prop("AssumeRolePolicyDocument", "Statement", 0, *path)


def added(kind):
    return (("",), {"Type": kind, "Metadata": WHY})


AWS_POLICY = "arn:aws:iam::aws:policy/"
PUSH_LOGS = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
WIDE_RESOURCES = (
    "*",
    ["*"],
    ["**"],
    ["?"],
    ["arn:aws:s3:::*"],
    ["arn:aws:s3:::bucket-?"],
    ["arn:aws:dynamodb:*:*:table/*"],
    ["arn:aws:s3:::mine", "arn:aws:s3:::*"],
    [{"Fn::Sub": "*"}],
    [{"Fn::Sub": "${FunctionLogs.Arn}*"}],
    [{"Fn::Sub": ["${Any}", {"Any": "*"}]}],
    [{"Fn::Join": [":", ["arn:aws:s3::", "*"]]}],
    [{"Fn::If": ["HasPermissionsBoundary", "*", {"Fn::GetAtt": ["FunctionLogs", "Arn"]}]}],
)
ASSUME = {"Effect": "Allow", "Action": ["sts:AssumeRole"]}
# Each lets Lambda in, in words that differ from those of the template.
LAMBDA_TRUSTS = (
    {**ASSUME, "Principal": {"Service": "lambda.amazonaws.com"}},
    [{**ASSUME, "Principal": {"Service": ["lambda.amazonaws.com"]}}],
    [
        {**ASSUME, "Principal": {"AWS": "arn:aws:iam::111111111111:role/mine"}},
        {**ASSUME, "Principal": {"Service": "lambda.amazonaws.com"}},
    ],
    [
        {
            **ASSUME,
            "Principal": {"Service": [{"Fn::Sub": "lambda.amazonaws.com"}]},
        }
    ],
)
EVERY_METHOD = prop("MethodSettings", 0)
ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"

MUTATIONS = [
    # template.guard
    *breaks("NO_TRANSFORM_OR_MACRO", SERVICE, "-", (("Transform",), "AWS::LanguageExtensions")),
    *breaks("NO_TRANSFORM_OR_MACRO", SERVICE, "Extra", added("AWS::CloudFormation::Macro")),
    *breaks("NO_TRANSFORM_OR_MACRO", SERVICE, "Function", (prop("Fn::Transform"), {"Name": "M"})),
    *(
        mutation
        for kind in (
            "AWS::CloudFormation::Stack",
            "AWS::CloudFormation::CustomResource",
            "Custom::X",
        )
        for mutation in breaks("NO_NESTED_STACK_OR_CUSTOM_RESOURCE", SERVICE, "Extra", added(kind))
    ),
    *breaks(
        "EVERY_RESOURCE_SAYS_WHY",
        SERVICE,
        "FunctionVersion",
        (("Metadata",), GONE),
        (("Metadata", "com.aws.cloudformation.Context", "why"), ""),
    ),
    # tags.guard
    *breaks("THREE_TAGS", SERVICE, "Api", *((prop("Tags", tag), GONE) for tag in TAGS)),
    *breaks("THREE_TAGS", SERVICE, "Stage", (prop("Tags", "Author"), GONE)),
    *breaks("THREE_TAGS", SERVICE, "Function", (prop("Tags"), GONE)),
    *breaks("THREE_TAGS", SERVICE, "ExecutionLogs", (prop("Tags"), GONE)),
    *(
        mutation
        for resource in ("ApiGatewayLogsRole", "ArtifactBucket", "GitHubProvider")
        for mutation in breaks("THREE_TAGS", BOOTSTRAP, resource, (prop("Tags"), GONE))
    ),
    *breaks("THREE_TAGS", SERVICE, "Key", (prop("Tags", "Repository"), GONE)),
    *breaks("THREE_TAGS", SERVICE, "Certificate", (prop("Tags"), GONE)),
    *breaks("THREE_TAGS", PROD, "GlobalDomain", (prop("Tags", "Environment"), GONE)),
    *breaks(
        "HEALTH_CHECKS_HAVE_TAGS_AND_A_NAME",
        SERVICE,
        "RegionCheck",
        (prop("HealthCheckTags"), GONE),
        *((prop("HealthCheckTags", tag), GONE) for tag in (*TAGS, "Name")),
    ),
    # logs.guard
    *breaks("LOG_RETENTION_IS_SET", SERVICE, "FunctionLogs", (prop("RetentionInDays"), GONE)),
    *breaks(
        "LOG_RETENTION_IN_PROD_IS_A_YEAR", PROD, "KeptAccessLogs", (prop("RetentionInDays"), 180)
    ),
    *breaks(
        "LOGS_OF_PROD_OUTLIVE_THE_STACK",
        PROD,
        "KeptFunctionLogs",
        (("DeletionPolicy",), "Delete"),
        (("UpdateReplacePolicy",), GONE),
    ),
    *breaks(
        "LOG_GROUPS_HAVE_NO_NAME",
        SERVICE,
        "FunctionLogs",
        (prop("LogGroupName"), "mine"),
        (prop("LogGroupName"), {"Fn::Sub": "/aws/lambda/${Function}"}),
    ),
    *breaks(
        "FUNCTIONS_LOG_TO_THEIR_OWN_GROUP",
        SERVICE,
        "Function",
        (prop("LoggingConfig"), GONE),
        (prop("LoggingConfig", "LogGroup"), "/aws/lambda/other"),
        (prop("LoggingConfig", "LogGroup", "Fn::If", 1), "/aws/lambda/other"),
        (prop("LoggingConfig", "LogGroup", "Fn::If", 2), "/aws/lambda/other"),
        (prop("LoggingConfig", "LogFormat"), "Text"),
    ),
    # function.guard
    *breaks(
        "RUNTIME_IS_SUPPORTED",
        SERVICE,
        "Function",
        (prop("Runtime"), "python3.9"),
        (prop("Runtime"), "python3.15"),
    ),
    *breaks(
        "FUNCTION_IS_TRACED",
        SERVICE,
        "Function",
        (prop("TracingConfig"), GONE),
        (prop("TracingConfig", "Mode"), "PassThrough"),
    ),
    *breaks("FUNCTION_STOPS_RECURSION", SERVICE, "Function", (prop("RecursiveLoop"), "Allow")),
    *breaks("FUNCTION_HAS_NO_NAME", SERVICE, "Function", (prop("FunctionName"), "mine")),
    *breaks("FUNCTION_HAS_NO_URL", SERVICE, "Extra", added("AWS::Lambda::Url")),
    *breaks(
        "PERMISSION_IS_FOR_ONE_SERVICE",
        SERVICE,
        "HealthPermission",
        (prop("Action"), "lambda:*"),
        (prop("Principal"), "*"),
    ),
    *breaks(
        "PERMISSION_IS_FOR_THE_ALIAS",
        SERVICE,
        "HealthPermission",
        (prop("FunctionName"), {"Ref": "Function"}),
        (prop("FunctionName"), {"Fn::GetAtt": ["Function", "Arn"]}),
    ),
    *breaks(
        "PERMISSION_IS_FOR_ONE_ACCOUNT",
        SERVICE,
        "MyResourcePermission",
        (prop("SourceAccount"), GONE),
    ),
    *breaks(
        "PERMISSION_IS_FOR_ONE_PATH",
        SERVICE,
        "MyResourcePermission",
        (prop("SourceArn"), GONE),
        *(
            (prop("SourceArn"), {"Fn::Sub": ARN + end})
            for end in ("${Api}/*", "${Api}/*/GET/health", "${Api}/prod/*/*", "*/prod/GET/a")
        ),
    ),
    # api.guard
    *breaks(
        "TLS_POLICY_IS_MODERN",
        SERVICE,
        "Api",
        (prop("SecurityPolicy"), GONE),
        (prop("SecurityPolicy"), "TLS_1_0"),
    ),
    *breaks("ENDPOINT_ACCESS_IS_STRICT", SERVICE, "Api", (prop("EndpointAccessMode"), "BASIC")),
    *breaks("API_IS_REGIONAL", SERVICE, "Api", (prop("EndpointConfiguration", "Types"), ["EDGE"])),
    *breaks(
        "DEPLOYMENT_WAITS_FOR_THE_METHODS",
        SERVICE,
        "Deployment",
        (("DependsOn",), GONE),
        (("DependsOn",), []),
    ),
    *breaks("STAGE_IS_TRACED", SERVICE, "Stage", (prop("TracingEnabled"), False)),
    *breaks(
        "STAGE_IS_THROTTLED",
        SERVICE,
        "Stage",
        ((*EVERY_METHOD, "ThrottlingRateLimit"), GONE),
        ((*EVERY_METHOD, "ThrottlingBurstLimit"), GONE),
        ((*EVERY_METHOD, "HttpMethod"), "GET"),
        ((*EVERY_METHOD, "ResourcePath"), "/~1health"),
    ),
    *breaks(
        "STAGE_LOGS_NO_BODIES",
        SERVICE,
        "Stage",
        ((*EVERY_METHOD, "DataTraceEnabled"), True),
        ((*EVERY_METHOD, "DataTraceEnabled"), GONE),
    ),
    *(
        mutation
        for view in (SERVICE, PROD)
        for mutation in [
            *breaks(
                "ACCESS_LOG_IS_ON_IN_PROD",
                view,
                "Stage",
                (prop("AccessLogSetting"), GONE),
                (prop("AccessLogSetting"), {}),
            ),
            *breaks(
                "EXECUTION_LOG_IS_ON_IN_PROD",
                view,
                "Stage",
                ((*EVERY_METHOD, "LoggingLevel"), "OFF"),
                ((*EVERY_METHOD, "LoggingLevel"), GONE),
            ),
        ]
    ),
    *breaks(
        "ACCOUNT_SETTINGS_OUTLIVE_THE_STACK",
        BOOTSTRAP,
        "ApiGatewayAccount",
        (("DeletionPolicy",), GONE),
        (("UpdateReplacePolicy",), "Delete"),
    ),
    # domain.guard
    *breaks(
        "NAMES_HAVE_A_MODERN_TLS_POLICY",
        SERVICE,
        "GlobalDomain",
        (prop("SecurityPolicy"), GONE),
        (prop("SecurityPolicy"), "TLS_1_2"),
        (prop("EndpointAccessMode"), "BASIC"),
    ),
    *breaks(
        "NAMES_ARE_REGIONAL",
        SERVICE,
        "RegionalDomain",
        (prop("EndpointConfiguration", "Types"), ["EDGE"]),
        (prop("EndpointConfiguration", "IpAddressType"), "ipv4"),
    ),
    *breaks(
        "EXECUTE_API_IS_CLOSED_WITH_A_NAME",
        SERVICE,
        "Api",
        (prop("DisableExecuteApiEndpoint"), False),
        (prop("DisableExecuteApiEndpoint"), {"Fn::If": ["HasDomain", False, True]}),
    ),
    *breaks(
        "EXECUTE_API_IS_CLOSED_WITH_A_NAME", PROD, "Api", (prop("DisableExecuteApiEndpoint"), GONE)
    ),
    *breaks(
        "CERTIFICATES_ARE_PROVED_BY_DNS",
        SERVICE,
        "Certificate",
        (prop("ValidationMethod"), "EMAIL"),
        (prop("DomainValidationOptions"), GONE),
        (prop("DomainValidationOptions", 1, "HostedZoneId"), GONE),
    ),
    *breaks(
        "RECORDS_ARE_ALIASES",
        SERVICE,
        "RegionalRecordA",
        (prop("AliasTarget"), GONE),
        (prop("AliasTarget", "EvaluateTargetHealth"), True),
    ),
    *breaks(
        "SHARED_RECORDS_ARE_CHECKED",
        SERVICE,
        "GlobalRecordAAAA",
        (prop("HealthCheckId"), GONE),
        (prop("Region"), GONE),
    ),
    *breaks(
        "HEALTH_IS_ASKED_OVER_HTTPS",
        SERVICE,
        "EndpointCheck",
        (prop("HealthCheckConfig", "Type"), "HTTP"),
        (prop("HealthCheckConfig", "EnableSNI"), GONE),
        (prop("HealthCheckConfig", "ResourcePath"), "/myresource"),
    ),
    *breaks(
        "HEALTH_IS_ASKED_FROM_ELSEWHERE",
        SERVICE,
        "EndpointCheck",
        (prop("HealthCheckConfig", "Regions"), GONE),
        (prop("HealthCheckConfig", "Regions", 0), "us-west-1"),
    ),
    *breaks(
        "HEALTH_IS_NOT_TURNED_ROUND",
        SERVICE,
        "RegionCheck",
        (prop("HealthCheckConfig", "Inverted"), True),
    ),
    *breaks(
        "TRAFFIC_IS_SWITCHED_BY_THRESHOLD",
        SERVICE,
        "RegionCheck",
        (prop("HealthCheckConfig", "HealthThreshold"), GONE),
        (prop("HealthCheckConfig", "ChildHealthChecks"), []),
    ),
    # key.guard
    *breaks("KEYS_ROTATE", SERVICE, "Key", (prop("EnableKeyRotation"), GONE)),
    *breaks(
        "KEYS_OUTLIVE_THE_STACK",
        SERVICE,
        "Key",
        (("DeletionPolicy",), GONE),
        (("UpdateReplacePolicy",), "Delete"),
    ),
    *breaks(
        "KEYS_ARE_FOR_NAMED_PRINCIPALS",
        SERVICE,
        "Key",
        (use("Administer", "Principal"), "*"),
        (use("Administer", "Principal"), {"AWS": "*"}),
        (use("OwnLogGroups", "Principal"), {"Service": ["logs.amazonaws.com", "*"]}),
        (use("OwnLogGroups", "Action", 0), "kms:Decrypt*"),
        (use("Administer", "Action"), ["kms:*"]),
        (use("Administer", "NotAction"), ["kms:Decrypt"]),
    ),
    *breaks(
        "SERVICES_USE_KEYS_FOR_US_ONLY", SERVICE, "Key", (use("OwnLogGroups", "Condition"), GONE)
    ),
    *breaks(
        "GRANTS_ARE_FOR_SERVICES",
        SERVICE,
        "Key",
        (use("GrantsForServicesOnly"), GONE),
        (use("GrantsForServicesOnly", "Principal", "AWS"), "arn:aws:iam::111111111111:root"),
        (use("GrantsForServicesOnly", "Action"), ["kms:RetireGrant"]),
        *(
            (use("GrantsForServicesOnly", "Condition", "BoolIfExists", name), GONE)
            for name in ("kms:GrantIsForAWSResource", "aws:PrincipalIsAWSService")
        ),
    ),
    *breaks("GRANTS_ARE_CONDITIONED", SERVICE, "Key", (use("ThroughLambda", "Condition"), GONE)),
    *breaks(
        "LOGS_HAVE_THE_KEY_OF_THE_STACK", SERVICE, "KeptExecutionLogs", (prop("KmsKeyId"), GONE)
    ),
    *breaks("LOGS_HAVE_THE_KEY_OF_THE_STACK", PROD, "KeptAccessLogs", (prop("KmsKeyId"), GONE)),
    # iam.guard
    *breaks(
        "ACTIONS_ARE_NAMED",
        SERVICE,
        "FunctionRole",
        *(
            (grant("WriteOwnLogGroup", "Action"), value)
            for value in (
                "*",
                ["logs:Put*"],
                ["s3:Get?bject"],
                ["logs:PutLogEvents", "s3:Get?bject"],
                [{"Fn::Sub": "s3:*"}],
                [{"Fn::If": ["HasPermissionsBoundary", "s3:*", "s3:GetObject"]}],
            )
        ),
    ),
    *breaks(
        "ACTIONS_ARE_NAMED",
        BOOTSTRAP,
        "ReadRole",
        *(
            (grant("ReadFunctions", "Action", 0), value)
            for value in ("iam:*", "iam:Get?ole", "cloudformation:*", {"Fn::Sub": "iam:*"})
        ),
    ),
    *breaks(
        "RESOURCES_ARE_NAMED",
        SERVICE,
        "FunctionRole",
        *((grant("WriteOwnLogGroup", "Resource"), value) for value in WIDE_RESOURCES),
        *(
            (grant("WriteOwnLogGroup", "Resource", 0, "Fn::If", choice), "arn:aws:logs:*")
            for choice in (1, 2)
        ),
        (grant("SendTraces", "Resource"), ["**"]),
        (grant("SendTraces", "Action", 0), "xray:GetTraceSummaries"),
        (
            prop(""),
            {
                "Policies": [
                    {
                        "PolicyName": "Everything",
                        "PolicyDocument": {
                            "Statement": {
                                "Effect": "Allow",
                                "Action": "s3:GetObject",
                                "Resource": "*",
                            }
                        },
                    }
                ]
            },
        ),
    ),
    *breaks(
        "RESOURCES_ARE_NAMED",
        PROD,
        "FunctionRole",
        *((grant("WriteOwnLogGroup", "Resource"), value) for value in WIDE_RESOURCES),
        (grant("ReadOwnVariables", "Resource"), ["*"]),
    ),
    *breaks(
        "RESOURCES_ARE_NAMED",
        BOOTSTRAP,
        "ReadRole",
        *(
            (grant("ReadFunctions", "Resource"), [value])
            for value in (
                "*",
                "**",
                "a*",
                "arn:*",
                "arn:aws:*",
                "arn:aws:lamb?a:us-east-1:111111111111:function:a",
                {"Fn::Sub": "*"},
                {"Fn::Sub": "arn:${AWS::Partition}:*:*:${AWS::AccountId}:function:a"},
            )
        ),
    ),
    *breaks(
        "ROLES_HAVE_NO_MANAGED_POLICY",
        SERVICE,
        "FunctionRole",
        *(
            (prop("ManagedPolicyArns"), value)
            for value in (
                [AWS_POLICY + "AdministratorAccess"],
                [AWS_POLICY + PUSH_LOGS],
                [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}],
                {"Fn::If": ["HasPermissionsBoundary", [], [AWS_POLICY + "AdministratorAccess"]]},
            )
        ),
    ),
    *(
        mutation
        for view in (BOOTSTRAP, TARGET)
        for mutation in [
            *breaks(
                "ROLES_HAVE_NO_MANAGED_POLICY",
                view,
                "ApiGatewayLogsRole",
                (prop("ManagedPolicyArns"), [AWS_POLICY + "AdministratorAccess"]),
                (prop("ManagedPolicyArns"), [AWS_POLICY + PUSH_LOGS + "2"]),
                (
                    prop("ManagedPolicyArns"),
                    [AWS_POLICY + PUSH_LOGS, AWS_POLICY + "AdministratorAccess"],
                ),
                (prop("ManagedPolicyArns"), ["arn:aws:iam::111111111111:policy/" + PUSH_LOGS]),
                (trust("Principal", "Service"), ["apigateway.amazonaws.com", "ec2.amazonaws.com"]),
                (prop("Path"), "/multi-region-service/"),
            ),
            *breaks(
                "ROLES_HAVE_NO_MANAGED_POLICY",
                view,
                "ReadRole",
                (prop("ManagedPolicyArns"), [AWS_POLICY + PUSH_LOGS]),
            ),
        ]
    ),
    *breaks(
        "GRANTS_SAY_WHAT_THEY_ALLOW",
        SERVICE,
        "FunctionRole",
        (
            grant("WriteOwnLogGroup"),
            {"Effect": "Allow", "NotAction": ["iam:PassRole"], "Resource": ["arn:a"]},
        ),
        (
            grant("WriteOwnLogGroup"),
            {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "NotResource": ["arn:a"]},
        ),
    ),
    *breaks(
        "IAM_RESOURCES_HAVE_NO_NAME",
        SERVICE,
        "FunctionRole",
        (prop("RoleName"), "mine"),
        (prop("RoleName"), {"Fn::Sub": "mine-${EnvironmentSuffix}-read"}),
        (prop("RoleName"), "multi-region-service-dev-execution"),
        (prop("RoleName"), {"Fn::Sub": "multi-region-service-${EnvironmentSuffix}-read"}),
        *(
            (
                prop(""),
                {
                    "RoleName": "multi-region-service-dev-execution",
                    "AssumeRolePolicyDocument": {"Statement": statement},
                },
            )
            for statement in LAMBDA_TRUSTS
        ),
    ),
    *breaks(
        "IAM_RESOURCES_HAVE_NO_NAME",
        BOOTSTRAP,
        "ApiGatewayLogsRole",
        (prop("RoleName"), "multi-region-service-dev-read"),
    ),
    *breaks("IAM_RESOURCES_ARE_READ", SERVICE, "Extra", added("AWS::IAM::User")),
    *breaks("IAM_RESOURCES_ARE_READ", SERVICE, "Extra", added("AWS::IAM::Policy")),
    *breaks(
        "FUNCTION_ROLE_HAS_ITS_PATH",
        SERVICE,
        "FunctionRole",
        (prop("Path"), GONE),
        (prop("Path"), "/"),
    ),
    *breaks(
        "TRUST_IS_NOT_FOR_EVERYBODY",
        SERVICE,
        "FunctionRole",
        (trust("Principal"), "*"),
        (trust("Principal"), {"AWS": "*"}),
        (trust("Principal"), {"AWS": ["arn:aws:iam::111111111111:root", "*"]}),
        (trust("Principal"), {"Service": ["lambda.amazonaws.com", "*.amazonaws.com"]}),
        (trust("Action"), "sts:*"),
    ),
    *breaks(
        "EXECUTION_ROLE_TRUSTS_A_ROLE",
        TARGET,
        "ExecutionRole",
        (trust("Principal", "AWS"), "arn:aws:iam::111111111111:root"),
    ),
    *breaks(
        "STACK_SETS_TRUST_IS_CONDITIONED",
        BOOTSTRAP,
        "AdministrationRole",
        (trust("Condition"), GONE),
        (trust("Condition", "StringEquals"), GONE),
        (trust("Condition", "ArnLike", "aws:SourceArn"), GONE),
    ),
]
