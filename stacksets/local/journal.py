"""What was asked of the embedded AWS: every API call in the order of its arrival."""

from __future__ import annotations

import dataclasses
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

_CREDENTIAL = re.compile(
    r"Credential=(?P<access_key>[^/,\s]+)/\d+/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/"
)
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A call of an AWS API, as its signature and body tell.

    `action` is the operation where the protocol names it (query, JSON), else method and path;
    `form` the parameters of a query-protocol call; `operation_id` what makes it the same call when
    it is sent again (OperationId, or ClientRequestToken), empty where it has neither; `call_as` in
    whose name it is made, where it says so; `status` 0 until it is answered; `held` how far
    `holding` has it, empty where it is not held.
    """

    service: str
    action: str
    access_key: str
    region: str
    form: Mapping[str, str]
    user_agent: str
    operation_id: str = ""
    call_as: str = ""
    status: int = 0
    held: str = ""


def read_call(method: str, path: str, headers: Mapping[str, str], body: bytes) -> ApiCall:
    """Read what is asked; `headers` by their names in lower case."""
    signed = _CREDENTIAL.search(headers.get("authorization", ""))
    is_form = headers.get("content-type", "").startswith(_FORM)
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)) if is_form else {}
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    return ApiCall(
        service=signed["service"] if signed else "",
        action=form.get("Action") or target or f"{method} {path}",
        access_key=signed["access_key"] if signed else "",
        region=signed["region"] if signed else "",
        form=form,
        user_agent=headers.get("user-agent", ""),
        operation_id=form.get("OperationId") or form.get("ClientRequestToken", ""),
        call_as=form.get("CallAs", ""),
    )


class Journal:
    """The calls that were answered; it may be read and emptied from any thread."""

    def __init__(self) -> None:
        self._calls: list[dict[str, object]] = []
        self._lock = threading.Lock()

    def open(self, call: ApiCall, *, account: str) -> dict[str, object]:
        """Enter a call and give its entry, whose `status` is filled in when it is answered."""
        entry: dict[str, object] = {**dataclasses.asdict(call), "account": account}
        del entry["form"], entry["access_key"]
        with self._lock:
            self._calls.append(entry)
        return entry

    def entries(self) -> list[dict[str, object]]:
        """Give all calls so far."""
        with self._lock:
            return [dict(entry) for entry in self._calls]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
