"""The organizations that ministack keeps: read whole, their ids and members put right.

AWS: the id of a unit begins with its root's (`ou-<root>-…`; Organizations API reference,
OrganizationalUnit). ministack: with that of the unit above it. It has no way for an account to
leave, nor for one that it did not make to join, and makes an organization for every account that
asks for its own.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import time
from typing import Any

from ministack.services import organizations

from stacksets.local.organizations.tree import Account, AccountStatus, Organization

Record = dict[str, Any]
_create_unit = organizations._DISPATCH["CreateOrganizationalUnit"]


def apply() -> None:
    """Have units named after their root."""
    organizations._DISPATCH["CreateOrganizationalUnit"] = _create_unit_named_after_root


def _create_unit_named_after_root(payload: Record) -> object:
    """Make a unit, and name it after the root where ministack has named it after another unit."""
    if organizations._ous.get(str(payload.get("ParentId"))) is None:
        return _create_unit(payload)
    known = set(organizations._ous)
    answer = _create_unit(payload)
    (made,) = set(organizations._ous) - known
    return _rename(made, answer)


def _rename(made: str, answer: tuple[int, Record, bytes]) -> tuple[int, Record, bytes]:
    root = next(iter(organizations._roots)).removeprefix("r-")[:4]
    name = f"ou-{root}-{made.rpartition('-')[2]}"
    unit = organizations._ous.pop(made)
    organizations._ous[name] = {**unit, "Id": name, "Arn": unit["Arn"].replace(made, name)}
    tags = organizations._tags.pop(made, None)
    if tags is not None:
        organizations._tags[name] = tags
    status, headers, body = answer
    return status, headers, body.replace(made.encode(), name.encode())


def find_organization(account: str) -> Organization | None:
    """Give the organization that an account manages or is a member of; None outside of any."""
    for management, member in organizations._accounts.to_dict():
        if member == account:
            return _read(management)
    return None


def _read(management: str) -> Organization:
    accounts = _kept_by(management, organizations._accounts)
    units = _kept_by(management, organizations._ous)
    return Organization(
        id=_kept_by(management, organizations._orgs)["self"]["Id"],
        management=management,
        root_id=next(iter(_kept_by(management, organizations._roots))),
        units={name: unit["_ParentId"] for name, unit in units.items()},
        accounts={name: _account(record) for name, record in accounts.items()},
    )


def _account(record: Record) -> Account:
    return Account(
        id=record["Id"],
        parent_id=record["_ParentId"],
        status=AccountStatus(record["Status"]),
        record=organizations._public_account(record),
    )


def _kept_by(management: str, kept: Any) -> Record:  # noqa: ANN401 - ministack's scoped mapping
    return {key: value for (owner, key), value in kept.to_dict().items() if owner == management}


class Keeper:
    """Lets accounts join and leave."""

    def add_account(self, management: str, account: str) -> None:
        """Put an account that stands outside below the root."""
        organization = _read(management)
        record = {
            "Id": account,
            "Arn": f"arn:aws:organizations::{management}:account/{organization.id}/{account}",
            "Email": f"{account}@example.com",
            "Name": f"Account {account}",
            "Status": AccountStatus.ACTIVE.value,
            "JoinedMethod": "INVITED",
            "JoinedTimestamp": int(time.time()),
            "Path": "/",
            "_ParentId": organization.root_id,
        }
        organizations._accounts.set_scoped(management, None, account, record)

    def remove_account(self, management: str, account: str) -> None:
        """Take an account out of its organization."""
        organizations._accounts.pop_scoped(management, None, account)
