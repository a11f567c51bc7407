"""Which stack instances a call names, as words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import AccountFilter
from stacksets.report.message import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.plan import Rectangle

_NAMED_ACCOUNTS = 3


def where_words(where: Rectangle) -> str:
    """Say which stack instances; very many accounts are counted."""
    accounts, regions = where.targeted_accounts, ", ".join(where.regions)
    units = ", ".join(where.organizational_units)
    number = count(len(accounts) * len(where.regions), "stack instance")
    match where.account_filter if units else None:
        case None:
            return f"{number}: {_named(accounts)} in {regions}"
        case AccountFilter.INTERSECTION:
            return f"{number}: {_named(accounts)} of {units} in {regions}"
        case AccountFilter.DIFFERENCE:
            rest = f"all of {units} but {_named(where.accounts)}"
        case _:
            rest = f"all of {units}"
    return f"{rest} ({count(len(accounts), 'account')}) in {regions}"


def where_data(where: Rectangle) -> dict[str, object]:
    """Give the accounts and regions as JSON-ready data, and through which units they are named."""
    data: dict[str, object] = {
        "accounts": list(where.targeted_accounts),
        "regions": list(where.regions),
    }
    if where.organizational_units:
        data["organizational_units"] = list(where.organizational_units)
        data["account_filter"] = (where.account_filter or AccountFilter.NONE).value
    return data


def _named(accounts: Sequence[str]) -> str:
    return ", ".join(accounts) if len(accounts) <= _NAMED_ACCOUNTS else f"{len(accounts)} accounts"
