"""Pages of Organizations' lists: at most twenty items, where ministack gives all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.organizations.errors import invalid_input
from stacksets.local.organizations.protocol import find_operation

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PAGE = 20


def cut_answer(action: str, answer: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Give the page of a list that a request asks for, and any other answer as it is.

    Raises:
        ApiError: `InvalidInputException` for a token that is none of ours.
    """
    operation = find_operation(action)
    shape = operation.output_shape if operation else None
    if shape is None or not action.startswith("List"):
        return dict(answer)
    (name,) = shape.members.keys() - {"NextToken"}
    try:
        page, token = cut_page(answer[name], {"MaxResults": LONGEST_PAGE, **params})
    except ApiError as error:
        raise invalid_input(error.message) from error
    return {name: page} if token is None else {name: page, "NextToken": token}
