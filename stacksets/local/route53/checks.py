"""Whether Route 53 considers a health check healthy.

The rules are those of the Route 53 developer guide, "How Amazon Route 53 determines whether a
health check is healthy", and of the API reference, HealthCheckConfig.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENDPOINT: Final = "HTTPS"
CALCULATED: Final = "CALCULATED"
_SHARE_OF_CHECKERS: Final = 0.18
"""An endpoint is healthy when more than this share of the health checkers find it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """A health check as it is configured; defaults are the API's.

    `children` and `threshold` are a CALCULATED one's. What is neither HTTPS nor CALCULATED is
    recorded only, and considered healthy.
    """

    id: str
    type: str
    host: str = ""
    path: str = "/"
    port: int = 443
    sends_name: bool = True
    interval_seconds: int = 30
    failure_threshold: int = 3
    regions: tuple[str, ...] = ()
    is_inverted: bool = False
    is_disabled: bool = False
    children: tuple[str, ...] = ()
    threshold: int = 0


def is_healthy(
    check_id: str,
    *,
    find: Callable[[str], HealthCheck | None],
    seen: Callable[[str], Sequence[bool]],
) -> bool:
    """Tell the status of a check.

    `find` gives a check by its id, `seen` what each checker makes of an endpoint. One that is not
    there is healthy, as a record that names none is (Route 53 API reference, HealthCheckId).
    """
    check = find(check_id)
    if check is None or check.is_disabled:
        return True
    if check.type == CALCULATED:
        healthy = [child for child in check.children if is_healthy(child, find=find, seen=seen)]
        found = len(healthy) >= check.threshold
    else:
        found = _is_endpoint_healthy(seen(check_id))
    return found is not check.is_inverted


def _is_endpoint_healthy(verdicts: Sequence[bool]) -> bool:
    """Without data a check is healthy."""
    return not verdicts or sum(verdicts) / len(verdicts) > _SHARE_OF_CHECKERS
