"""Account Management as far as regions go: which ones an account has enabled.

ministack says ENABLED of every region and knows no way to change that; AWS's newer regions are
disabled until an account enables them (Account Management reference guide, manage-acct-regions).
There it takes minutes to hours, here it is done at once.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final

from stacksets.local.control_plane.clients import USER_AGENT
from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.control_plane.region_names import ALL_REGIONS, OPT_IN_REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from stacksets.local.control_plane.settings import Place
    from stacksets.local.journal import ApiCall

CONTENT_TYPE: Final = "application/json"
_LONGEST_PAGE: Final = 50


_NOT_KNOWN_HERE: Final = "The security token included in the request is invalid."
_LET_THROUGH: Final = frozenset({"account", "iam", "organizations", "s3"})
"""Services that answer for all regions at once, and S3, whose errors are of another form."""


class Regions:
    """The regions of every account; it may be asked from any thread."""

    def __init__(self) -> None:
        self._enabled: set[Place] = set()
        self._lock = threading.Lock()
        self._actions: Mapping[str, Callable[[str, Mapping[str, Any]], Mapping[str, object]]] = {
            "/disableRegion": self._disable,
            "/enableRegion": self._enable,
            "/getRegionOptStatus": self._get,
            "/listRegions": self._list,
        }

    def reset(self) -> None:
        """Forget what accounts have enabled."""
        with self._lock:
            self._enabled.clear()

    def is_enabled(self, account: str, region: str) -> bool:
        """Tell whether an account may use a region; one that nobody has heard of is let through."""
        with self._lock:
            return region not in OPT_IN_REGIONS or (account, region) in self._enabled

    def refuses(self, call: ApiCall, account: str) -> bool:
        """Tell whether nothing answers to a call, since its region is not enabled."""
        return (
            call.service not in _LET_THROUGH
            and USER_AGENT not in call.user_agent
            and not self.is_enabled(account, call.region)
        )

    def answers(self, path: str) -> bool:
        """Tell whether a call of Account Management is about regions."""
        return path in self._actions

    def answer(self, account: str, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Give the HTTP status, body and headers of the answer to an account's call."""
        try:
            result = self._actions[path](account, json.loads(body or b"{}"))
        except ApiError as error:
            headers = {"x-amzn-ErrorType": error.code}
            return 400, json.dumps({"message": error.message}).encode(), headers
        return 200, json.dumps(result).encode(), {}

    def _status(self, account: str, region: str) -> str:
        if region not in OPT_IN_REGIONS:
            return "ENABLED_BY_DEFAULT"
        return "ENABLED" if self.is_enabled(account, region) else "DISABLED"

    def _list(self, account: str, params: Mapping[str, Any]) -> Mapping[str, object]:
        rows = [
            {"RegionName": one, "RegionOptStatus": self._status(account, one)}
            for one in ALL_REGIONS
        ]
        wanted = params.get("RegionOptStatusContains") or [row["RegionOptStatus"] for row in rows]
        found = [row for row in rows if row["RegionOptStatus"] in wanted]
        page, token = cut_page(found, {"MaxResults": _LONGEST_PAGE, **params})
        return {"Regions": page} if token is None else {"Regions": page, "NextToken": token}

    def _get(self, account: str, params: Mapping[str, Any]) -> Mapping[str, object]:
        region = _region_of(params, ALL_REGIONS)
        return {"RegionName": region, "RegionOptStatus": self._status(account, region)}

    def _enable(self, account: str, params: Mapping[str, Any]) -> Mapping[str, object]:
        region = _region_of(params, OPT_IN_REGIONS)
        with self._lock:
            self._enabled.add((account, region))
        return {}

    def _disable(self, account: str, params: Mapping[str, Any]) -> Mapping[str, object]:
        region = _region_of(params, OPT_IN_REGIONS)
        with self._lock:
            self._enabled.discard((account, region))
        return {}


def _region_of(params: Mapping[str, Any], possible: Collection[str]) -> str:
    region = str(params.get("RegionName"))
    if region not in possible:
        raise ApiError("ValidationException", f"RegionName {region} is not valid for this action.")
    return region


def encode_refusal(*, is_query: bool) -> tuple[bytes, str, dict[str, str]]:
    """Give body, type and headers of what AWS says where nothing knows the account (status 403)."""
    if not is_query:
        code = "UnrecognizedClientException"
        body = json.dumps({"__type": code, "message": _NOT_KNOWN_HERE}).encode()
        return body, CONTENT_TYPE, {"x-amzn-ErrorType": code}
    error = f"<Code>InvalidClientTokenId</Code><Message>{_NOT_KNOWN_HERE}</Message>"
    body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>".encode()
    return body, "text/xml", {}
