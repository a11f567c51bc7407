"""The endpoints of REST APIs: their real host names, in every account.

AWS: `https://<id>.execute-api.<region>.amazonaws.com/<stage>/…` reaches the API whoever owns it
(API Gateway developer guide, "Invoke REST APIs"). ministack: only `<id>.execute-api.localhost` is
routed, an unsigned call sees the APIs of the default account alone, and `/health` is its own under
every host name.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import re

from ministack import app
from ministack.services import apigateway_v1

from stacksets.local.adaptations.arrivals import is_endpoint_called
from stacksets.local.adaptations.rest_apis import is_closed

HOST = re.compile(
    r"^([a-z0-9]+)\.execute-api\.(?:localhost|(?P<region>[a-z0-9-]+)\.amazonaws\.com)(?::\d+)?$"
)
_answer_health = app._handle_health_request


def apply() -> None:
    """Route the real host names, and find an API in whichever account it is."""
    app._handle_health_request = _leave_health_to_endpoints
    app._EXECUTE_API_RE = HOST
    apigateway_v1.find_api_scope = find_api_scope


def _leave_health_to_endpoints(path: str, request_id: str) -> object:
    return None if is_endpoint_called() else _answer_health(path, request_id)


def find_api_scope(api_id: str) -> tuple[str, str] | None:
    """Give the account and region of a REST API; None where there is none."""
    for (account, region, stored_id), _ in apigateway_v1._rest_apis.all_items():
        if stored_id == api_id:
            return account, region
    return None


def is_execute_api(host: str) -> bool:
    """Tell whether a host name is one of API Gateway's own."""
    return ".execute-api." in host


def is_open(host: str) -> bool:
    """Tell whether an API stands under its host name, and its endpoint is not closed.

    API Gateway answers 403 Forbidden where it does not.
    """
    named = HOST.match(host)
    scope = find_api_scope(named[1]) if named else None
    if named is None or scope is None or named["region"] not in {None, scope[1]}:
        return False
    return not is_closed(*scope, named[1])
