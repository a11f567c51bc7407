"""On what, and on which condition, each call of a handler is allowed.

Which actions know a resource, and of which form its ARN is, stands in AWS's Service Authorization
Reference. A call that no scope has stops the rendering: nothing is allowed by chance, and nothing
is missing in silence.
"""

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import cache
from typing import NamedTuple

from awacs.aws import Condition, StringEquals, StringLike
from troposphere import Ref

from generator.bootstrap.handlers import Called
from generator.bootstrap.names import (
    account_arns,
    alias_arns,
    api_gateway_arns,
    boundary_arn,
    dashboard_arns,
    function_arns,
    hosted_zone_arn,
    named_after_stack,
    route53_arns,
    service_role_arns,
)
from generator.bootstrap.parameters import Parameters
from generator.policies import Resources


class Scope(NamedTuple):
    """A statement in the making: which calls it takes in, and where these are then allowed."""

    sid: str
    actions: tuple[str, ...]
    resources: Resources
    condition: Condition | None = None
    types: tuple[str, ...] = ("*",)
    apart: tuple[str, ...] = ()

    def takes(self, called: Called) -> bool:
        """Whether the call belongs here: it is of these types, and not set apart."""
        return (
            _matches(called.resource_type, self.types)
            and _matches(called.action, self.actions)
            and not _matches(called.action, self.apart)
        )


def build_scopes(parameters: Parameters) -> tuple[Scope, ...]:
    """Every scope, service by service."""
    return (
        *_compute_scopes(),
        *_api_scopes(),
        *_role_scopes(),
        *_key_scopes(parameters),
        *_name_scopes(),
        *_signal_scopes(),
    )


def find_scopes(called: Called, scopes: tuple[Scope, ...]) -> list[Scope]:
    """Every scope that takes the call in.

    Raises:
        LookupError: none does.
    """
    found = [scope for scope in scopes if scope.takes(called)]
    if not found:
        raise LookupError(
            f"no scope has {called.action}, which {called.resource_type} calls to "
            f"{called.handler} → generator/bootstrap/scopes.py, or unused.py with the reason"
        )
    return found


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return _compiled(patterns).match(text) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for them all: each call is held against each scope."""
    # Of no patterns it matches nothing, where an empty expression would match all.
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")


def _compute_scopes() -> Iterator[Scope]:
    functions = [function_arns()]
    listing = ("lambda:ListFunctions",)
    yield Scope("ManageFunctions", ("lambda:*",), functions, apart=listing)
    yield Scope("ListFunctions", listing, ["*"])
    groups = [
        account_arns("logs", "log-group:StackSet-*"),
        account_arns("logs", "log-group:API-Gateway-Execution-Logs_*"),
    ]
    reading = ("logs:Describe*",)
    yield Scope("ManageLogGroups", ("logs:*",), groups, apart=reading)
    yield Scope("ReadLogGroups", reading, ["*"])


def _api_scopes() -> Iterator[Scope]:
    verbs = ("apigateway:*",)
    named = ("AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping*")
    # What is tagged is named below /tags, by its ARN.
    apis, domains = (
        [api_gateway_arns(path) for path in (f"/{kind}", f"/{kind}/*", "/tags/*")]
        for kind in ("restapis", "domainnames")
    )
    yield Scope("ManageApis", verbs, apis)
    yield Scope("ManageDomains", verbs, domains, types=named)


def _role_scopes() -> Iterator[Scope]:
    ours = [service_role_arns()]
    bounded = Condition(StringEquals({"iam:PermissionsBoundary": boundary_arn()}))
    giving = ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary")
    yield Scope("GiveBoundedRoles", giving, ours, bounded)
    managing = (
        *("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy"),
        *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListRoleTags"),
        *("iam:TagRole", "iam:UntagRole", "iam:Update*"),
    )
    yield Scope("ManageServiceRoles", managing, ours)
    yield Scope("ListRoles", ("iam:ListRoles",), ["*"])
    only_lambda = Condition(StringEquals({"iam:PassedToService": "lambda.amazonaws.com"}))
    yield Scope("PassServiceRoles", ("iam:PassRole",), ours, only_lambda)


def _key_scopes(parameters: Parameters) -> Iterator[Scope]:
    """Keys have no names: whose they are is told by the tag that every resource of ours has."""
    environment = Ref(parameters.environment_suffix)
    made_by_us = Condition(StringEquals({"aws:RequestTag/Environment": environment}))
    # A request with tags is CreateKey, which asks for the other two as well.
    creating = ("kms:CreateKey", "kms:PutKeyPolicy", "kms:TagResource")
    yield Scope("CreateKeys", creating, ["*"], made_by_us, types=("AWS::KMS::Key",))
    keys = account_arns("kms", "key/*")
    ours = Condition(StringEquals({"aws:ResourceTag/Environment": environment}))
    managing = (
        *("kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:PutKeyPolicy"),
        *("kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource"),
        "kms:UpdateKeyDescription",
    )
    yield Scope("ManageKeys", managing, [keys], ours, types=("AWS::KMS::Key",))
    harmless = (
        *("kms:DescribeKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy"),
        *("kms:GetKeyRotationStatus", "kms:ListResourceTags"),
    )
    yield Scope("ReadKeys", harmless, [keys])
    yield Scope("ListKeys", ("kms:ListAliases", "kms:ListKeys"), ["*"])
    aliasing = ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias")
    yield Scope("NameKeys", aliasing, [alias_arns(), keys])
    through_lambda = Condition(StringLike({"kms:ViaService": "lambda.*.amazonaws.com"}))
    using = ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
    yield Scope("UseKeysThroughLambda", using, [keys], through_lambda)


def _name_scopes() -> Iterator[Scope]:
    by_dns = Condition(StringEquals({"acm:ValidationMethod": "DNS"}))
    yield Scope("RequestCertificates", ("acm:RequestCertificate",), ["*"], by_dns)
    yield Scope("ListCertificates", ("acm:ListCertificates",), ["*"])
    managing = (
        *("acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:DescribeCertificate"),
        *("acm:ListTagsForCertificate", "acm:RemoveTagsFromCertificate"),
        "acm:UpdateCertificateOptions",
    )
    yield Scope("ManageCertificates", managing, [account_arns("acm", "certificate/*")])
    zone = ("route53:ChangeResourceRecordSets", "route53:GetHostedZone")
    yield Scope("ManageRecords", (*zone, "route53:ListResourceRecordSets"), [hosted_zone_arn()])
    yield Scope("WatchRecords", ("route53:GetChange",), [route53_arns("change")])
    checks = (
        *("route53:ChangeTagsForResource", "route53:DeleteHealthCheck", "route53:GetHealthCheck"),
        *("route53:ListTagsForResource", "route53:UpdateHealthCheck"),
    )
    yield Scope("ManageHealthChecks", checks, [route53_arns("healthcheck")])
    at_large = ("route53:CreateHealthCheck", "route53:ListHealthChecks", "route53:ListHostedZones")
    yield Scope("CreateHealthChecks", at_large, ["*"])


def _signal_scopes() -> Iterator[Scope]:
    alarms = account_arns("cloudwatch", f"alarm:{named_after_stack()}")
    changing = (
        *("cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm"),
        *("cloudwatch:TagResource", "cloudwatch:UntagResource"),
    )
    yield Scope("ManageAlarms", changing, [alarms], types=("AWS::CloudWatch::*Alarm",))
    # For composite alarms CloudWatch asks for these on "*" and no less (CloudWatch API reference,
    # PutCompositeAlarm and DescribeAlarms).
    composing = ("cloudwatch:DescribeAlarms", "cloudwatch:PutCompositeAlarm")
    yield Scope("ComposeAlarms", composing, ["*"])
    boards, listing = ("AWS::CloudWatch::Dashboard",), ("cloudwatch:ListDashboards",)
    everything = ("cloudwatch:*",)
    yield Scope("ManageDashboards", everything, dashboard_arns(), types=boards, apart=listing)
    yield Scope("ListDashboards", listing, ["*"])
    topics = (
        *("sns:CreateTopic", "sns:DeleteTopic", "sns:GetDataProtectionPolicy", "sns:Subscribe"),
        *("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"),
        *("sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource"),
    )
    yield Scope("ManageTopics", topics, [account_arns("sns", named_after_stack())])
    subscriptions = (
        *("sns:GetSubscriptionAttributes", "sns:ListSubscriptions", "sns:ListTopics"),
        *("sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
    )
    yield Scope("ManageSubscriptions", subscriptions, ["*"])
    rules, reading = [account_arns("xray", "sampling-rule/mrs-*")], ("xray:GetSamplingRules",)
    yield Scope("ManageSamplingRules", ("xray:*",), rules, apart=reading)
    yield Scope("ReadSamplingRules", reading, ["*"])
