"""Signature Version 4 of the requests that smoke sends: whose, for what, with which credentials."""

from __future__ import annotations

import boto3
import pytest
from botocore.session import Session

from stacksets.aws.account import BotoAccount
from stacksets.aws.clients import Clients, Keys
from stacksets.errors import CredentialsError

URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/myresource"


def sign(clients, url=URL, service="execute-api"):
    return dict(BotoAccount(clients).sign_get(url, service))


def test_a_request_is_signed_for_the_service_and_region_with_the_sessions_credentials():
    session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret")
    headers = sign(Clients(session, "eu-west-1"))
    day = headers["X-Amz-Date"][:8]
    assert headers["Authorization"].startswith(
        f"AWS4-HMAC-SHA256 Credential=AKID/{day}/eu-west-1/execute-api/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature="
    )
    assert "X-Amz-Security-Token" not in headers


def test_another_accounts_request_is_signed_with_the_keys_of_its_role_and_their_token():
    session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret")
    keys = Keys(aws_access_key_id="ASIA", aws_secret_access_key="other", aws_session_token="token")
    headers = sign(Clients(session, "eu-west-1", keys=keys))
    assert "Credential=ASIA/" in headers["Authorization"]
    assert "x-amz-security-token" in headers["Authorization"]
    assert headers["X-Amz-Security-Token"] == "token"


def test_without_credentials_nothing_is_signed(monkeypatch):
    monkeypatch.setattr(Session, "get_credentials", lambda _: None)
    session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret")
    clients = Clients(session, "eu-west-1")
    with pytest.raises(CredentialsError) as refused:
        sign(clients)
    assert "no usable AWS credentials" in refused.value.message
