"""The call of an endpoint that is being served, as it arrived."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.local.endpoint_call import EndpointCall

    Domain = tuple[str, str, str]
    """Account, Region and name of a custom domain."""

_CALL: contextvars.ContextVar[EndpointCall] = contextvars.ContextVar("call")
_DOMAIN: contextvars.ContextVar[Domain | None] = contextvars.ContextVar("domain", default=None)


def note(call: EndpointCall, domain: Domain | None) -> None:
    """Note a call, and whose custom domain it is for, for as long as it is served."""
    _CALL.set(call)
    _DOMAIN.set(domain)


def arrived() -> EndpointCall:
    """Give the call that is being served."""
    return _CALL.get()


def is_endpoint_called() -> bool:
    """Tell whether an endpoint is called, and not an API of AWS."""
    return _CALL.get(None) is not None


def domain_called() -> Domain | None:
    """Give the custom domain that is called; None where an API is called by its own host name."""
    return _DOMAIN.get()
