"""Operation preferences: how many stack instances of a Region go at once, how many may fail.

Source: StackSets user guide, "StackSet concepts" and "Choosing the Concurrency Mode"; units are
accounts per Region, percentages round down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOFT = "SOFT_FAILURE_TOLERANCE"
PARALLEL = "PARALLEL"

EXCLUSIVE = (
    ("FailureToleranceCount", "FailureTolerancePercentage"),
    ("MaxConcurrentCount", "MaxConcurrentPercentage"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sliding window of one Region: failures that are borne, instances that go at once."""

    tolerance: int
    limit: int
    soft: bool

    def width(self, failures: int) -> int:
        """Give how many instances may go at once after so many failures.

        STRICT narrows the window so that no more than `tolerance` + 1 can ever fail; SOFT does not.
        """
        if self.is_broken(failures):
            return 0
        return self.limit if self.soft else min(self.limit, self.tolerance + 1 - failures)

    def is_broken(self, failures: int) -> bool:
        """Tell whether the Region has failed."""
        return failures > self.tolerance


def make_window(preferences: Mapping[str, Any], accounts: int) -> Window:
    """Give the window of a Region with so many accounts; by default one at a time, none may fail.

    A limit above tolerance + 1 is narrowed under STRICT, not refused: the user guide's page on the
    concurrency mode shows it so.
    """
    tolerance = preferences.get("FailureToleranceCount")
    if tolerance is None:
        tolerance = preferences.get("FailureTolerancePercentage", 0) * accounts // 100
    limit = preferences.get("MaxConcurrentCount")
    if limit is None:
        limit = max(1, preferences.get("MaxConcurrentPercentage", 0) * accounts // 100)
    return Window(tolerance=tolerance, limit=limit, soft=preferences.get("ConcurrencyMode") == SOFT)


def is_parallel(preferences: Mapping[str, Any]) -> bool:
    """Tell whether Regions go side by side; the default is one after the other."""
    return bool(preferences.get("RegionConcurrencyType") == PARALLEL)


def order_regions(preferences: Mapping[str, Any], regions: Iterable[str]) -> list[str]:
    """Give the Regions in RegionOrder; what it does not name follows in the order that it came in.

    What AWS does with an order that does not match is not documented.
    """
    known = list(dict.fromkeys(regions))
    wanted = [region for region in preferences.get("RegionOrder", ()) if region in known]
    return [*wanted, *(region for region in known if region not in wanted)]


def read_preferences(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the preferences of a request, `RegionOrder` always there, as AWS shows them.

    Raises:
        ApiError: `ValidationError` when a count and its percentage are both given.
    """
    preferences = params.get("OperationPreferences", {})
    for count, percentage in EXCLUSIVE:
        if count in preferences and percentage in preferences:
            raise validation_error(f"You can specify either {count} or {percentage}, but not both")
    return {"RegionOrder": [], **preferences}
