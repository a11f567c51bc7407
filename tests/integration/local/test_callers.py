"""Who may call an endpoint: resource policies, signatures, and from when on they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tests.integration.local.templates import api_template, deploy

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ACCOUNT, OTHER = "111122223333", "444455556666"
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
INSIDE, OUTSIDE, INSIDE_6 = "203.0.113.7", "198.51.100.7", "2001:db8::7"
NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]
ANYWHERE = {**EVERYONE, "Resource": "execute-api:/prod/GET/"}
FROM_NETWORKS = {
    **EVERYONE,
    "Resource": "execute-api:/*",
    "Condition": {"IpAddress": {"aws:SourceIp": NETWORKS}},
}
TELL_ADDRESS = """
def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["identity"]["sourceIp"]}
"""
MOCK = {
    "Type": "MOCK",
    "RequestTemplates": {"application/json": '{"statusCode": 200}'},
    "IntegrationResponses": [{"StatusCode": "200"}],
}
HEALTH = {
    "Type": "AWS::ApiGateway::Method",
    "Properties": {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": MOCK,
    },
}


def template(
    *statements: dict[str, Any],
    deployment: str = "Deployment",
    authorization: str = "NONE",
    stage: dict[str, Any] | None = None,
    **api: Any,
) -> str:
    """The function behind /myresource, a mock at the root that is always open."""
    made = json.loads(api_template(TELL_ADDRESS, more={"Health": HEALTH}, stage=stage))
    resources = made["Resources"]
    if statements:
        api["Policy"] = {"Version": "2012-10-17", "Statement": list(statements)}
    resources["Api"]["Properties"].update(api)
    resources["Method"]["Properties"]["AuthorizationType"] = authorization
    resources["Deployment"]["DependsOn"] = ["Method", "Health"]
    resources[deployment] = resources.pop("Deployment")
    resources["Stage"]["Properties"]["DeploymentId"] = {"Ref": deployment}
    return json.dumps(made)


def endpoint_of(aws: LocalAws, text: str) -> str:
    return deploy(aws.client("cloudformation", ACCOUNT), text)["Endpoint"]


def test_networks_are_let_in_and_what_is_open_stays_open(local_aws: LocalAws) -> None:
    url = endpoint_of(local_aws, template(ANYWHERE, FROM_NETWORKS))

    for address in (INSIDE, INSIDE_6):
        answer = local_aws.https_get_from(address, f"{url}myresource")
        assert (answer.status, answer.data.decode()) == (200, address)
    for address in (OUTSIDE, "::1", "127.0.0.1"):
        pretending = {"X-Forwarded-For": INSIDE}
        refused = local_aws.https_get_from(address, f"{url}myresource", **pretending)
        assert refused.status == 403
        assert "anonymous is not authorized to perform: execute-api:Invoke" in refused.data.decode()
        assert local_aws.https_get_from(address, url).status == 200
    assert local_aws.https_get_from("999.0.0.1", url).status == 200


def test_a_policy_holds_from_the_next_deployment_on(local_aws: LocalAws) -> None:
    url = endpoint_of(local_aws, template())
    deny = {**EVERYONE, "Effect": "Deny", "Resource": "execute-api:/*"}

    endpoint_of(local_aws, template(deny))
    assert local_aws.https_get(url + "myresource").status == 200

    endpoint_of(local_aws, template(deny, deployment="Another"))
    refused = local_aws.https_get(url + "myresource")
    assert refused.status == 403
    assert refused.data.endswith(b'with an explicit deny"}')


def test_an_endpoint_closes_with_the_next_change_of_a_stage(local_aws: LocalAws) -> None:
    url = endpoint_of(local_aws, template())

    endpoint_of(local_aws, template(DisableExecuteApiEndpoint=True))
    assert local_aws.https_get(url).status == 200

    changed = {"Description": "changed"}
    endpoint_of(local_aws, template(stage=changed, DisableExecuteApiEndpoint=True))
    assert local_aws.https_get(url).status == 403
    (api,) = local_aws.client("apigateway", ACCOUNT).get_rest_apis()["items"]
    assert api["disableExecuteApiEndpoint"] is True


def signed(credentials: Any, url: str) -> dict[str, str]:
    request = AWSRequest("GET", url)
    SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    return dict(request.headers)


def credentials_of(key: str, secret: str) -> Any:
    return boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret).get_credentials()


def test_signed_callers_are_let_in_by_their_own_policies(local_aws: LocalAws) -> None:
    url = endpoint_of(local_aws, template(authorization="AWS_IAM")) + "myresource"
    iam = local_aws.client("iam", ACCOUNT)
    iam.create_user(UserName="caller")
    made = iam.create_access_key(UserName="caller")["AccessKey"]
    user = credentials_of(made["AccessKeyId"], made["SecretAccessKey"])

    def ask(headers: dict[str, str]) -> tuple[int, str]:
        answer = local_aws.http.request("GET", url, headers=headers, retries=False)
        return answer.status, answer.data.decode()

    assert ask({}) == (403, '{"message":"Missing Authentication Token"}')
    assert ask({"Authorization": "Bearer x"})[0] == 403
    assert ask(signed(credentials_of("AKIANOBODY0000000000", "x"), url))[0] == 403
    assert ask(signed(credentials_of(made["AccessKeyId"], "wrong"), url))[0] == 403
    status, message = ask(signed(user, url))
    assert status == 403
    assert "user/caller is not authorized to perform: execute-api:Invoke" in message

    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="caller", PolicyName="call", PolicyDocument=document)
    assert ask(signed(user, url))[0] == 200
    assert ask(signed(credentials_of(ACCOUNT, "local"), url))[0] == 200
    assert ask(signed(credentials_of(OTHER, "local"), url))[0] == 403


def test_another_account_calls_where_the_policy_lets_it_and_no_deny_is_there(
    local_aws: LocalAws,
) -> None:
    theirs = {
        **EVERYONE,
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Resource": "execute-api:/*",
    }
    outside = {"NotIpAddress": {"aws:SourceIp": NETWORKS}}
    deny = {**EVERYONE, "Effect": "Deny", "Resource": "execute-api:/*", "Condition": outside}
    url = endpoint_of(local_aws, template(theirs, deny, authorization="AWS_IAM")) + "myresource"

    for account in (ACCOUNT, OTHER):
        headers = signed(credentials_of(account, "local"), url)
        assert local_aws.https_get_from(INSIDE, url, **headers).status == 200
        assert local_aws.https_get_from(OUTSIDE, url, **headers).status == 403


def test_what_ministack_authorizes_and_refuses_by_itself_stays_so(local_aws: LocalAws) -> None:
    url = endpoint_of(local_aws, template(authorization="CUSTOM"))
    client = local_aws.client("apigateway", ACCOUNT)

    assert local_aws.https_get(url + "myresource").status == 500, "it has no authorizer"
    for act, named in ((client.create_deployment, {}), (client.create_stage, {"stageName": "x"})):
        more = {"deploymentId": "none"} if named else {}
        with pytest.raises(client.exceptions.NotFoundException):
            act(restApiId="none", **named, **more)
