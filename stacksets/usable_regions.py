"""What keeps an account from using a region, in the same words whoever finds it.

Nothing answers in a misspelled region. A brand-new one is unknown too, until botocore is newer than
the region. Source of the rest: Account Management reference guide, manage-acct-regions; its API
reference, Region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stacksets.aws.door import RegionOptStatus
from stacksets.errors import Problem
from stacksets.nearest import find_nearest_region

if TYPE_CHECKING:
    from collections.abc import Collection

    from stacksets.model.desired import AccountId, InstanceKey, Region

_USABLE: Final = frozenset({RegionOptStatus.ENABLED, RegionOptStatus.ENABLED_BY_DEFAULT})


def find_unknown(where: str, region: Region, known: Collection[Region]) -> Problem | None:
    """Say that a region is none, and which one was meant; or nothing.

    Args:
        where: where the region stands in the deployment file.
        region: its name.
        known: the regions that botocore knows.
    """
    if region in known:
        return None
    near = find_nearest_region(region, known)
    guess = f'did you mean "{near}"? ' if near else ""
    return Problem(
        where=where,
        what=f'"{region}" is no region that botocore knows',
        hint=f"{guess}A brand-new region needs a newer botocore",
        is_input=True,
    )


def find_not_enabled(
    key: InstanceKey, status: RegionOptStatus | None, *, caller: AccountId
) -> Problem | None:
    """Say what keeps an account from using a region, and the command that mends it; or nothing.

    Args:
        key: the account and the region.
        status: what the account says of the region; None where it does not list it.
        caller: the account of the credentials, which the command needs no others for.
    """
    if status in _USABLE:
        return None
    where, region = f"account {key.account}", key.region
    theirs = "" if key.account == caller else f", with credentials of account {key.account}"
    if status is RegionOptStatus.ENABLING:
        return Problem(
            where=where,
            what=f"region {region} is still being enabled",
            hint=f"`aws account get-region-opt-status --region-name {region}`{theirs} says when it "
            "is ENABLED",
        )
    return Problem(
        where=where,
        what=f"region {region} is not enabled",
        hint=f"`aws account enable-region --region-name {region}`{theirs}, and wait until it is "
        "ENABLED",
    )
