"""Pages of a list: MaxResults items, and an opaque token for what follows."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from stacksets.local.control_plane.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

PAGE = 100


def cut_page(items: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], str | None]:
    """Give the page that a request asks for, and the token of the next one or None.

    Raises:
        ApiError: `ValidationError` for a token that is none of ours.
    """
    start = _read_token(params["NextToken"]) if "NextToken" in params else 0
    end = start + params.get("MaxResults", PAGE)
    return items[start:end], _make_token(end) if end < len(items) else None


def _make_token(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _read_token(token: str) -> int:
    try:
        prefix, _, position = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise validation_error("Invalid NextToken") from error
    if prefix != "at" or not position.isdecimal():
        raise validation_error("Invalid NextToken")
    return int(position)
