"""AccountsUrl: the accounts of a request, listed in a file in S3.

Source: API reference, DeploymentTargets: the file is .csv or .txt, the ids stand apart by commas or
lines, 10 MB are the most. That a request has either Accounts or AccountsUrl is assumed.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.local.control_plane.operations.context import Context

ACCOUNT = re.compile(r"[0-9]{12}")
ENDINGS = (".csv", ".txt")


def read_once(context: Context, params: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    """Give what reads a request's list of accounts when it is first asked, and never again.

    An operation that waits keeps the accounts of its acceptance.
    """
    return functools.cache(lambda: _with_accounts(context, params))


def _with_accounts(context: Context, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the request as if its accounts stood in it; as it is when it lists none elsewhere.

    Raises:
        ApiError: `ValidationError` for accounts that are named in both ways, and for a list that
            cannot be read.
    """
    targets = params.get("DeploymentTargets", {})
    if "AccountsUrl" not in targets:
        return params
    if "Accounts" in targets:
        raise validation_error("You can specify Accounts or AccountsUrl, but not both")
    rest = {name: value for name, value in targets.items() if name != "AccountsUrl"}
    accounts = _read(context, targets["AccountsUrl"])
    return {**params, "DeploymentTargets": {**rest, "Accounts": accounts}}


def _read(context: Context, url: str) -> list[str]:
    if not url.endswith(ENDINGS):
        raise validation_error("AccountsUrl must lead to a .csv or .txt file")
    accounts = context.outside.read_accounts(context.caller, url)
    for account in accounts:
        if not ACCOUNT.fullmatch(account):
            raise validation_error(f"AccountsUrl lists '{account}', which is no account id")
    return accounts
