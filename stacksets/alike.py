"""Reasons that are one, but for what AWS puts into each: ids of stacks and requests, the place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.desired import InstanceKey

_UNLIKE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:RequestToken|Request ID): ?[^,;)]*"
)
"""What differs between two tellings of one cause: ids of stacks, of requests."""


def without_own_ids(reason: str, key: InstanceKey) -> str:
    """Leave out of a reason what differs from instance to instance: account, region, requests."""
    own = "|".join(map(re.escape, (key.account, key.region)))
    return re.sub(own, "", _UNLIKE.sub("", reason))


def tell_alike(reasons: Sequence[str]) -> str:
    """Tell reasons that are one by the first of them, which is not word for word the others'."""
    return f"{reasons[0]}{likewise(len(set(reasons)))}"


def likewise(unlike: int) -> str:
    """Say that what was told of one holds for the others with ids of their own, if they differ."""
    return " (and likewise in the others)" if unlike > 1 else ""
