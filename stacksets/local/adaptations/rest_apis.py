"""What a REST API is set to, and from when on.

AWS: DisableExecuteApiEndpoint, EndpointConfiguration, SecurityPolicy and EndpointAccessMode of an
AWS::ApiGateway::RestApi are kept. The endpoint is closed from the next change of any stage on
(API Gateway developer guide, "Disable the default endpoint for REST APIs"), a resource policy holds
from the next deployment on ("Create and attach an API Gateway resource policy to an API").
ministack: drops them from a new API, closes no endpoint, and has policies hold at once where it has
them hold at all.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ministack.services import apigateway_v1

from stacksets.local.adaptations.registering import keep_more

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_PLAIN = {"SecurityPolicy": "securityPolicy", "EndpointAccessMode": "endpointAccessMode"}
_ENDPOINT = {
    "Types": "types",
    "IpAddressType": "ipAddressType",
    "VpcEndpointIds": "vpcEndpointIds",
}
_CLOSED = "_closed"
_POLICY = "_policy"
_deploy = apigateway_v1._create_deployment
_create_stage = apigateway_v1._create_stage
_update_stage = apigateway_v1._update_stage
_deploy_to_stage = apigateway_v1._deploy_to_stage


def apply() -> None:
    """Keep the settings, and note which of them are in effect."""
    keep_more("AWS::ApiGateway::RestApi", _keep)
    apigateway_v1._create_deployment = _deploy_with_policy
    for name, change in (
        ("_create_stage", _create_stage),
        ("_update_stage", _update_stage),
        ("_deploy_to_stage", _deploy_to_stage),
    ):
        setattr(apigateway_v1, name, _closing(change))


def _keep(api_id: str, props: Record) -> None:
    endpoint = props.get("EndpointConfiguration") or {"Types": ["EDGE"]}
    api = apigateway_v1._rest_apis[api_id]
    api.update(
        disableExecuteApiEndpoint=str(props.get("DisableExecuteApiEndpoint")).lower() == "true",
        endpointConfiguration={_ENDPOINT[key]: value for key, value in endpoint.items()},
        **{name: props[key] for key, name in _PLAIN.items() if key in props},
    )


def _deploy_with_policy(api_id: str, data: Record) -> object:
    answer = _deploy(api_id, data)
    deployments = apigateway_v1._deployments_v1.get(api_id)
    if deployments:
        latest = next(reversed(deployments.values()))
        latest[_POLICY] = apigateway_v1._rest_apis[api_id]["policy"]
    return answer


def _closing(change: Any) -> Any:  # noqa: ANN401 - ministack's own
    def change_and_close(api_id: str, *arguments: object, **named: object) -> object:
        api = apigateway_v1._rest_apis.get(api_id)
        if api:
            api[_CLOSED] = api["disableExecuteApiEndpoint"]
        return change(api_id, *arguments, **named)

    return change_and_close


def is_closed(account: str, region: str, api_id: str) -> bool:
    """Tell whether the execute-api endpoint of an API is closed."""
    api = apigateway_v1._rest_apis.get_scoped(account, region, api_id)
    return bool(api.get(_CLOSED))


def deployed_policy(account: str, region: str, api_id: str, deployment_id: str) -> Record | None:
    """Give the resource policy that a deployment has; None where it has none.

    `execute-api:/` in it stands for the API's own ARN.
    """
    deployments = apigateway_v1._deployments_v1.get_scoped(account, region, api_id)
    policy = deployments[deployment_id][_POLICY]
    if not policy:
        return None
    text = policy if isinstance(policy, str) else json.dumps(policy)
    own = f'"arn:aws:execute-api:{region}:{account}:{api_id}/'
    document: Record = json.loads(text.replace('"execute-api:/', own))
    return document
