"""Who may call a REST API: its resource policy, and the signature of a method with AWS_IAM.

AWS: a resource policy holds for every call (API Gateway developer guide, "How API Gateway resource
policies affect authorization workflow"): without authorization it must allow, with AWS_IAM either
it or the caller's own policies in one account and both across accounts, and a Deny goes before all.
With AWS_IAM the signature is verified. ministack without AUTH: asks for no policy and takes any
Authorization header. (With AUTH=true it asks, but then every request is authorised.)

An access key of twelve digits is its account's root, whose secret nobody knows here: its signature
is not verified.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any, NamedTuple

from ministack.core import iam_evaluator
from ministack.core.arn import execute_api_arn
from ministack.core.iam_evaluator import AuthError, EvalContext, EvalResult, PrincipalInfo
from ministack.core.responses import get_request_client_ip
from ministack.core.router import extract_access_key_id
from ministack.core.sigv4 import foreign_authorization_failure
from ministack.services import apigateway_v1

from stacksets.local.adaptations.arrivals import arrived
from stacksets.local.adaptations.rest_apis import deployed_policy

Record = dict[str, Any]
_ACTION = "execute-api:Invoke"
_authorize = apigateway_v1._authorize_request_v1


class _Call(NamedTuple):
    """The positional arguments of ministack's authorization."""

    api_id: str
    stage_name: str
    method: Record
    verb: str
    path: str
    resource: Record
    headers: Record
    body: bytes
    query: Record
    path_params: Record | None
    stage: Record
    account: str
    region: str

    @property
    def arn(self) -> str:
        """What is called."""
        return str(
            execute_api_arn(
                self.region, self.account, self.api_id, self.stage_name, self.verb, self.path
            )
        )

    @property
    def policy(self) -> Record | None:
        """The resource policy that holds."""
        deployment = self.stage["deploymentId"]
        return deployed_policy(self.account, self.region, self.api_id, deployment)


def apply() -> None:
    """Ask the policy and the signature first."""
    apigateway_v1._authorize_request_v1 = _authorize_call


async def _authorize_call(*arguments: object) -> object:
    call = _Call._make(arguments)
    match call.method.get("authorizationType") or "NONE":
        case "NONE":
            return _refuse_anonymous(call), None
        case "AWS_IAM":
            return _refuse_signed(call), None
        case _:
            return await _authorize(*arguments)


def _refuse_anonymous(call: _Call) -> object:
    policy = call.policy
    if policy is None:
        return None
    caller = PrincipalInfo(arn="*", type="Anonymous", account="", policies=None, keys={}, limits=[])
    result = iam_evaluator.evaluate_resource_policy(policy, _context(call, caller))
    return None if result.decision == "Allow" else _denied(call, "anonymous", result)


def _refuse_signed(call: _Call) -> object:
    caller = _authenticate(call)
    match caller:
        case None:
            return apigateway_v1._gw_error(
                "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token"
            )
        case AuthError():
            kind, name = apigateway_v1._AUTHENTICATION_GATEWAY_ERRORS.get(
                caller.code, ("DEFAULT_4XX", "UnrecognizedClientException")
            )
            return apigateway_v1._GatewayError(kind, caller.message, name)
        case _:
            result = _decide(call, caller)
            return None if result.decision == "Allow" else _denied(call, caller.arn, result)


def _authenticate(call: _Call) -> PrincipalInfo | AuthError | None:
    """Give who has signed, what is wrong with the signature, or None where there is none."""
    authorization = call.headers.get("authorization", "")
    if authorization and not authorization.startswith("AWS4-HMAC-SHA256"):
        return AuthError(*foreign_authorization_failure(call.headers))
    key = extract_access_key_id(call.headers, call.query)
    if not key:
        return None
    sent = arrived()
    iam_evaluator.pin_signed_request(call.verb, sent.raw_path, call.query, list(sent.headers))
    iam_evaluator.pin_signed_body(call.body)
    account = iam_evaluator.find_iam_access_key_account(key) or call.account
    credential = iam_evaluator.authenticate(key, account)
    if isinstance(credential, AuthError):
        return credential
    return iam_evaluator.resolve_principal(key, credential.account_id if credential else key)


def _decide(call: _Call, caller: PrincipalInfo) -> EvalResult:
    context = _context(call, caller)
    own = (
        EvalResult("Allow")
        if caller.policies is None
        else iam_evaluator.evaluate(context, caller.policies, *caller.limits)
    )
    return iam_evaluator.combine_resource_policy(
        own, context, call.policy, call.account, limits=caller.limits
    )


def _context(call: _Call, caller: PrincipalInfo) -> EvalContext:
    return EvalContext(
        principal_arn=caller.arn,
        principal_type=caller.type,
        principal_account=caller.account,
        action=_ACTION,
        resource_arn=call.arn,
        region=call.region,
        source_ip=get_request_client_ip(),
        secure_transport=True,
        principal_keys=caller.keys,
    )


def _denied(call: _Call, caller: str, result: EvalResult) -> object:
    shown = call.arn.replace(f":{call.account}:", f":********{call.account[-4:]}:", 1)
    why = " with an explicit deny" if result.decision == "Deny" else ""
    message = f"User: {caller} is not authorized to perform: {_ACTION} on resource: {shown}{why}"
    return apigateway_v1._gw_error("ACCESS_DENIED", message)
