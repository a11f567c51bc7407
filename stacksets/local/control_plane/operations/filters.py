"""Filters of a list: pairs of a name and one value, all of which must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Mapping


def matches(params: Mapping[str, Any], shown: Mapping[str, str]) -> bool:
    """Tell whether what a list shows of an item passes every filter of the request.

    Raises:
        ApiError: `ValidationError` for half a filter; the service model requires neither half, and
            that AWS refuses it is assumed.
    """
    filters = params.get("Filters", ())
    if any(item.keys() != {"Name", "Values"} for item in filters):
        raise validation_error("Every filter must have a Name and Values")
    return all(shown[item["Name"]] == item["Values"] for item in filters)
