"""What Route 53's API tells of health checkers: GetHealthCheckStatus and its like.

ministack: answers InvalidInput, "Unknown Route53 endpoint".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from stacksets.local.route53.checks import ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stacksets.local.route53.checkers import Checkers, Observation
    from stacksets.local.route53.checks import HealthCheck

CONTENT_TYPE: Final = "text/xml"
_NAMESPACE: Final = "https://route53.amazonaws.com/doc/2013-04-01/"
_ASKED: Final = re.compile(r"^/2013-04-01/healthcheck/([^/]+)/(status|lastfailurereason)$")
_OPERATIONS: Final = {
    "lastfailurereason": "GetHealthCheckLastFailureReason",
    "status": "GetHealthCheckStatus",
}


class HealthAnswers:
    """Answers for the health checkers; `find` gives an account's check by its id."""

    def __init__(self, checkers: Checkers, find: Callable[[str, str], HealthCheck | None]) -> None:
        self._checkers = checkers
        self._find = find

    def answers(self, method: str, path: str) -> bool:
        """Tell whether a call of Route 53 is about what health checkers see."""
        return method == "GET" and _ASKED.match(path) is not None

    def answer(self, account: str, path: str) -> tuple[int, bytes]:
        """Give the HTTP status and body of the answer to an account's call."""
        check_id, what = _ASKED.findall(path)[0]
        check = self._find(account, check_id)
        if check is None:
            return _refuse(404, "NoSuchHealthCheck", f"No health check exists with id {check_id}.")
        if check.type != ENDPOINT:
            # API reference, GetHealthCheckStatus: not for calculated checks. The words are ours.
            message = f"There is no {what} of a health check of type {check.type}."
            return _refuse(400, "InvalidInput", message)
        look = self._checkers.last_seen if what == "status" else self._checkers.last_failures
        return 200, _encode(f"{_OPERATIONS[what]}Response", look(check_id))


def _encode(name: str, observations: Sequence[Observation]) -> bytes:
    members = "".join(map(_member, observations))
    listed = f"<HealthCheckObservations>{members}</HealthCheckObservations>"
    return f'<{name} xmlns="{_NAMESPACE}">{listed}</{name}>'.encode()


def _member(one: Observation) -> str:
    checked = one.checked.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    report = f"<Status>{escape(one.status)}</Status><CheckedTime>{checked}</CheckedTime>"
    return (
        f"<HealthCheckObservation><Region>{one.region}</Region>"
        f"<IPAddress>{one.address}</IPAddress><StatusReport>{report}</StatusReport>"
        "</HealthCheckObservation>"
    )


def _refuse(status: int, code: str, message: str) -> tuple[int, bytes]:
    error = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
    body = f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{error}</Error></ErrorResponse>'
    return status, body.encode()
