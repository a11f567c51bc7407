"""ministack as the server's front needs it: its ASGI application, accounts, endpoints and reset."""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core import responses

from stacksets.local.adaptations import arrivals, domains, endpoints, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.endpoint_call import EndpointCall

_AWSS_OWN = re.compile(r"(\.amazonaws\.com|\.cloudfront\.net|\.on\.aws|^localhost|^[\d.]+)$")


class Ministack:
    """The adapted ministack of this process."""

    application: Any = staticmethod(app.app)

    @staticmethod
    def account_of(access_key: str) -> str:
        """Give the account of an access key: itself, that of an assumed role, else the default."""
        responses.set_request_account_id(access_key)
        return str(responses.get_account_id())

    @staticmethod
    def admit(call: EndpointCall, resolve: Callable[[str], str | None]) -> bool:
        """Tell whether something stands behind the host of a call, and note whose it is.

        `resolve` gives what a name leads to; a custom domain is the one of the Region that the
        caller has connected to.
        """
        is_awss = endpoints.is_execute_api(call.host) or _AWSS_OWN.search(call.host) is not None
        domain = None if is_awss else domains.find_domain(resolve(call.connected_to), call.host)
        arrivals.note(call, domain)
        if endpoints.is_execute_api(call.host):
            return endpoints.is_open(call.host)
        return is_awss or (domain is not None and domains.is_mapped(call.host, call.path))

    @staticmethod
    def reset() -> None:
        """Forget everything in every account."""
        app._reset_all_state()
        recorded.reset()
