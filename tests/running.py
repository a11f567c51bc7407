"""A large operation as it goes on, and what a log and a terminal show of it."""

from __future__ import annotations

import io

import pyte

from stacksets.model.desired import AccountId, InstanceKey, OperationId, Region
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.report.as_text import TextReport
from stacksets.report.message import Result
from tests.fakes import FakeClock

REASON = (
    "ResourceLogicalId:Function, ResourceType:AWS::Lambda::Function, ResourceStatusReason:The "
    "specified concurrency exceeds the account's limit of concurrent executions, of which at least "
    "100 have to stay unreserved (Service: Lambda, Status Code: 400)."
)
REGIONS = tuple(Region(f"xx-place-{number}") for number in range(1, 21))


class Operation:
    """Thousands of stack instances, region after region; `moves` gives the events of a step."""

    def __init__(self, accounts: int = 50, regions: int = 20) -> None:
        self.instances = {
            InstanceKey(AccountId(f"{account:012}"), region): ResultStatus.PENDING
            for region in REGIONS[:regions]
            for account in range(1, accounts + 1)
        }

    def move(self, seconds, status, keys, *, ended=OperationStatus.RUNNING):
        """Move some stack instances on, and look at the operation."""
        for key in keys:
            self.instances[key] = status
            yield InstanceProgressed(
                operation_id=OperationId("op-1"),
                key=key,
                status=status,
                status_reason=REASON if status is ResultStatus.FAILED else "",
                seconds=seconds,
            )
        yield self.observed(seconds, ended)

    def observed(self, seconds, status=OperationStatus.RUNNING):
        statuses = list(self.instances.values())
        return OperationObserved(
            operation_id=OperationId("op-1"),
            status=status,
            seconds=seconds,
            instances=dict(self.instances),
            failed_count=statuses.count(ResultStatus.FAILED),
        )

    def run(self):
        """Go through the whole operation: in each step 50 end and 50 begin, two of all fail."""
        keys = list(self.instances)
        yield self.observed(0.0)
        for at in range(0, len(keys) + 50, 50):
            ending, beginning = keys[max(at - 50, 0) : at], keys[at : at + 50]
            failing = [key for key in ending if keys.index(key) in {77, 333}]
            seconds = 0.3 + at / 100
            well = [key for key in ending if key not in failing]
            yield from self.move(seconds, ResultStatus.RUNNING, beginning)
            yield from self.move(seconds + 0.1, ResultStatus.FAILED, failing)
            yield from self.move(seconds + 0.2, ResultStatus.SUCCEEDED, well)
        yield self.observed(seconds + 0.3, OperationStatus.FAILED)


class Log:
    """A text report without a terminal, whose clock goes as the events say."""

    def __init__(self):
        self.clock = FakeClock()
        self.stream = io.StringIO()
        self.report = TextReport(io.StringIO(), self.stream, clock=self.clock)

    def tell(self, *events):
        for event in events:
            self.clock.seconds = max(self.clock.seconds, getattr(event, "seconds", 0.0))
            self.report.event(event)
        return self.stream.getvalue().splitlines()


class Screen:
    """A text report on a terminal of 100 columns, and what its screen shows."""

    def __init__(self, *, coloured=False):
        self.clock = FakeClock()
        self.stream = io.StringIO()
        self.report = TextReport(
            io.StringIO(),
            self.stream,
            terminals=(self.stream,),
            coloured=coloured,
            clock=self.clock,
        )

    def tell(self, *events):
        for event in events:
            self.clock.seconds = getattr(event, "seconds", self.clock.seconds)
            self.report.event(event)

    def close(self):
        self.report.result(Result(code="ok", exit_code=0, lines=()))

    def lines(self, rows=60):
        screen = pyte.Screen(100, rows)
        screen.set_mode(pyte.modes.LNM)
        pyte.Stream(screen).feed(self.stream.getvalue())
        return [line.rstrip() for line in screen.display if line.strip()]
