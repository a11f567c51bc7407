"""Reasons that are one, but for what AWS puts into each: ids of stacks and requests, the place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey

_UNLIKE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:RequestToken|Request ID): ?[^,;)]*"
)
"""What differs between two tellings of one cause: ids of stacks, of requests."""


def without_own_ids(reason: str, key: InstanceKey) -> str:
    """Leave out of a reason what differs from instance to instance: account, region, requests."""
    own = "|".join(map(re.escape, (key.account, key.region)))
    return re.sub(own, "", _UNLIKE.sub("", reason))
