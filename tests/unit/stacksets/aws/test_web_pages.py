"""A web page with status 200 in the place of AWS's answer."""

from __future__ import annotations

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError

from stacksets.aws.account import BotoAccount
from stacksets.aws.clients import Clients
from stacksets.aws.web_pages import refuse_web_pages
from stacksets.errors import ServiceError

PAGE = b"<html><head><title>Log in</title><style>b {}</style></head><body>first</body></html>"


class Raw:
    """What urllib3 gives of a body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self):
        return iter((self._body,))


@pytest.fixture
def answered():
    """Gives clients whose requests are all answered by one body."""

    def start(body: bytes, status: int = 200) -> Clients:
        session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret")
        refuse_web_pages(session)
        clients = Clients(session, "us-west-2")
        for client in (clients.cloudformation, clients.apigateway):
            client.meta.events.register(
                "before-send",
                lambda request, **_: AWSResponse(request.url, status, {}, Raw(body)),
            )
        return clients

    return start


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"\xef\xbb\xbf\n<!DOCTYPE html>\n" + PAGE,
        b'<?xml version="1.0"?><HTML><title>Log in</title>first</HTML>',
    ],
)
def test_a_web_page_is_no_answer_of_aws_whatever_its_protocol(answered, body):
    account = BotoAccount(answered(body))

    for ask in (lambda: account.find_stack("svc"), account.api_gateway_role):
        with pytest.raises(ServiceError) as caught:
            ask()
        assert caught.value.message.endswith("not AWS's: a web page, Log in first")


def test_a_page_that_says_nothing_is_one_too(answered):
    with pytest.raises(ServiceError) as caught:
        BotoAccount(answered(b"<html/>")).api_gateway_role()

    assert caught.value.message.endswith("not AWS's: a web page")


def test_what_is_no_page_is_read_as_always(answered):
    account = BotoAccount(answered(b'{"cloudwatchRoleArn": "<html>"}'))

    assert account.api_gateway_role() == "<html>"


def test_a_page_with_an_error_s_status_is_that_error(answered):
    clients = answered(PAGE, status=403)

    with pytest.raises(Exception, match="403") as caught:
        clients.apigateway.get_account()

    assert not isinstance(caught.value, ResponseParserError)
