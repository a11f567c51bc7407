"""The nouns of running a function: what is run, what it is asked and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """A version of a function with all that its execution environments are made from.

    `code` is the deployment package (the bytes of a zip file); `memory_megabytes` is told to the
    handler and not enforced.
    """

    account: str
    region: str
    name: str
    version: str
    runtime: str
    handler: str
    code: bytes = field(repr=False)
    timeout_seconds: float
    memory_megabytes: int
    log_group: str
    log_format: str
    log_level: str
    variables: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays when code or configuration change: one `$LATEST` follows another."""
        return (self.account, self.region, self.name, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a function: its event as JSON and what the context object tells of it."""

    request_id: str
    event: bytes
    invoked_function_arn: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an invocation: the payload as JSON, whether it is an error, and the log."""

    payload: bytes
    is_error: bool = False
    log: str = ""

    @property
    def body(self) -> object:
        """The payload as data; text that is no JSON stays text."""
        try:
            return json.loads(self.payload)
        except ValueError:
            return self.payload.decode(errors="replace")


def error_answer(error_type: str, message: str, *, request_id: str, log: str = "") -> Answer:
    """Make the answer that Lambda itself gives for a function that could not.

    The wording is Lambda's own (`RequestId: … Error: …`), as its Runtime Interface Emulator has it.
    """
    payload = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return Answer(payload=json.dumps(payload).encode(), is_error=True, log=log)
