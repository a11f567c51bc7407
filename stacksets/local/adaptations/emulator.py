"""ministack as the server's front needs it: its ASGI application, accounts, endpoints and reset."""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any

from ministack import app
from ministack.core import responses

from stacksets.local.adaptations import endpoints


class Ministack:
    """The adapted ministack of this process."""

    application: Any = staticmethod(app.app)

    @staticmethod
    def account_of(access_key: str) -> str:
        """Give the account of an access key: itself, that of an assumed role, else the default."""
        responses.set_request_account_id(access_key)
        return str(responses.get_account_id())

    @staticmethod
    def is_unknown_endpoint(host: str) -> bool:
        """Whether a host is an API endpoint's that no API stands behind."""
        return endpoints.is_unknown_endpoint(host)

    @staticmethod
    def reset() -> None:
        """Forget everything in every account."""
        app._reset_all_state()
