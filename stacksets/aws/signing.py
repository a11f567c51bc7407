"""Requests to endpoints that ask who calls, signed as AWS asks it (Signature Version 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.credentials import Credentials


def sign_get(credentials: Credentials, url: str, service: str, region: str) -> Mapping[str, str]:
    """Give the headers that make a GET of this URL one of the principal's, for five minutes.

    Raises:
        botocore.exceptions.BotoCoreError: the credentials cannot be renewed.
    """
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(credentials.get_frozen_credentials(), service, region).add_auth(request)
    return dict(request.headers.items())
