"""Which regions an account has without asking, and which it has to enable first.

Source: Account Management reference guide, manage-acct-regions: regions launched before March 20,
2019 are enabled by default and stay so, those launched since are not. So no region will join this
list. Other partitions have no region to opt into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.model.desired import Region

_PARTITION: Final = "aws"
_BY_DEFAULT: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)


def has_to_be_enabled(region: Region, partition: str) -> bool:
    """Tell whether an account of the partition has the region only after it asked for it."""
    return partition == _PARTITION and region not in _BY_DEFAULT


def enabled_by_default(known: Mapping[Region, str], partition: str) -> Iterable[Region]:
    """Give those of the known regions that every account of the partition has."""
    return sorted(
        region
        for region, where in known.items()
        if where == partition and not has_to_be_enabled(region, partition)
    )
