"""IAM's decisions, by ministack's own evaluator.

Its matcher of trust policies lets an account's root assume every role that trusts a service, which
AWS does not; its evaluator of resource policies does not have that door, and a trust policy is one
whose resource goes without saying.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ministack.core.iam_evaluator import (
    EvalContext,
    evaluate,
    evaluate_resource_policy,
    parse_policy_document,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def trust_allows(
    trust_policy: Mapping[str, object],
    *,
    principal_type: Literal["Service", "AWS"],
    principal: str,
    context: Mapping[str, str],
) -> bool:
    """Whether a role's trust policy lets a service (`cloudformation.amazonaws.com`) or an ARN in.

    `context` holds condition keys (`aws:SourceAccount`, `sts:ExternalId`), their case immaterial.
    """
    stated = trust_policy.get("Statement", ())
    statements = [stated] if isinstance(stated, dict) else list(stated)  # type: ignore[call-overload]
    document = {"Statement": [{**statement, "Resource": "*"} for statement in statements]}
    is_service = principal_type == "Service"
    request = _request("" if is_service else principal, "sts:AssumeRole", "*", context)
    result = evaluate_resource_policy(document, request, service=principal if is_service else None)
    return bool(result.decision == "Allow")


def policies_allow(
    policies: Sequence[Mapping[str, object]],
    *,
    action: str,
    resource: str,
    context: Mapping[str, str],
) -> bool:
    """Whether identity policies together allow an action on a resource; a Deny goes before all."""
    parsed = [parse_policy_document(dict(policy)) for policy in policies]
    return bool(evaluate(_request("", action, resource, context), parsed).decision == "Allow")


def invocation_allowed(
    policy: Mapping[str, object], *, function_arn: str, service: str, context: Mapping[str, str]
) -> bool:
    """Whether a function's resource policy lets a service invoke it under that ARN."""
    return service_allowed(
        policy,
        action="lambda:InvokeFunction",
        resource=function_arn,
        service=service,
        context=context,
    )


def service_allowed(
    policy: Mapping[str, object],
    *,
    action: str,
    resource: str,
    service: str,
    context: Mapping[str, str],
) -> bool:
    """Whether a resource's policy lets a service act on it."""
    request = _request("", action, resource, context)
    result = evaluate_resource_policy(dict(policy), request, service=service)
    return bool(result.decision == "Allow")


def _request(
    principal_arn: str, action: str, resource: str, context: Mapping[str, str]
) -> EvalContext:
    parts = principal_arn.split(":")
    facts = {key.lower(): value for key, value in context.items()}
    return EvalContext(
        principal_arn=principal_arn,
        principal_type="AssumedRole" if ":assumed-role/" in principal_arn else "Root",
        principal_account=parts[4] if len(parts) > 4 else "",  # noqa: PLR2004 - arn:aws:iam::ACCOUNT
        action=action,
        resource_arn=resource,
        # The evaluator takes aws:RequestedRegion from here and from nowhere else.
        region=facts.get("aws:requestedregion", ""),
        service_context=facts,
    )
