"""A running operation on a terminal and in a log."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationAction, OperationStatus, ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved, StepFinished, StepStarted
from stacksets.model.plan import AttachToOperation
from stacksets.plan import make_plan
from stacksets.report.progress import MOST_LINES, progress_lines
from tests.builders import EAST, WEST, a_deployment, a_key
from tests.running import REASON, Log, Operation, Screen

STEP = make_plan(a_deployment(), None).steps[1]
RUNNING, DONE, FAILED = ResultStatus.RUNNING, ResultStatus.SUCCEEDED, ResultStatus.FAILED


def _observed(status=OperationStatus.RUNNING, seconds=1.0, failed=0, operation="op-1", **instances):
    """Look at an operation with stack instances, by region with "_" for "-"."""
    return OperationObserved(
        operation_id=OperationId(operation),
        status=status,
        seconds=seconds,
        instances={a_key(region=name.replace("_", "-")): one for name, one in instances.items()},
        failed_count=failed,
    )


def _moved(status, region=EAST, seconds=1.0, reason="", operation="op-1"):
    return InstanceProgressed(
        operation_id=OperationId(operation),
        key=a_key(region=region),
        status=status,
        status_reason=reason,
        seconds=seconds,
    )


def _step(operation):
    return replace(STEP, operation_id=OperationId(operation))


def _ended(operation, seconds, region):
    return replace(
        _observed(OperationStatus.SUCCEEDED, seconds=seconds, operation=operation),
        instances={a_key(region=region): DONE},
    )


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    shown = Screen()
    yield shown
    shown.close()


def test_a_log_has_a_line_a_second_at_most():
    log = Log()

    written = log.tell(
        *(_observed(seconds=at / 10, us_east_1=DONE if at % 2 else RUNNING) for at in range(31))
    )

    said_at = [float(line.split()[3]) for line in written]
    assert len(said_at) == 3
    assert min(later - earlier for earlier, later in pairwise(said_at)) >= 1


def test_a_log_says_nothing_twice():
    log = Log()

    written = log.tell(*(_observed(seconds=float(at), us_east_1=RUNNING) for at in range(9)))

    assert written == ["  operation op-1 running, 0.0 s: 1 running"]


def test_a_log_names_what_moved_where_it_is_not_much():
    log = Log()

    written = log.tell(
        _moved(DONE), _moved(RUNNING, WEST), _observed(us_east_1=DONE, us_west_1=RUNNING)
    )

    assert written == [
        (
            "  operation op-1 running, 1.0 s: 1 done, 1 running "
            "(111111111111/us-east-1 done, 111111111111/us-west-1 running)"
        )
    ]


def test_a_log_holds_every_failure_whole_and_at_once():
    written = Log().tell(_observed(), _moved(FAILED, reason=REASON))

    assert written == [
        "  operation op-1 running, 1.0 s",
        "  111111111111/us-east-1  failed after 1.0 s",
        f"    {REASON}",
    ]


def test_each_step_has_its_line_and_its_end_in_a_log_though_it_goes_as_the_one_before():
    log = Log()
    for number, region in enumerate((EAST, WEST, EAST), 1):
        written = log.tell(
            StepStarted(number=number, total=3, step=_step(f"op-{number}")),
            _moved(DONE, region, operation=f"op-{number}", seconds=0.3),
            _ended(f"op-{number}", 0.3, region),
        )

    assert [line for line in written if " succeeded" in line] == [
        f"  step 1 succeeded, 0.3 s: 1 done ({a_key(region=EAST)} done)",
        f"  step 2 succeeded, 0.3 s: 1 done ({a_key(region=WEST)} done)",
        f"  step 3 succeeded, 0.3 s: 1 done ({a_key(region=EAST)} done)",
    ]
    assert [line for line in written if "op-" in line] == [
        f"  operation op-{number}" for number in (1, 2, 3)
    ]


def test_an_operation_of_another_is_named_by_its_id_in_every_line():
    step = AttachToOperation(
        operation_id=OperationId("op-1"), action=OperationAction.CREATE, why="it runs"
    )
    written = Log().tell(
        StepStarted(number=1, total=1, step=step),
        _observed(operation="op-1", us_east_1=RUNNING),
        _observed(operation="op-2", us_east_1=RUNNING),
    )

    assert written == [
        "step 1/1  wait for the running CREATE operation op-1",
        "  step 1 running, 1.0 s: 1 running",
        "  operation op-2 running, 1.0 s: 1 running",
    ]


def test_operations_that_run_at_once_say_nothing_twice_and_share_a_line_a_second():
    log = Log()
    log.tell(*(StepStarted(number=n, total=2, step=_step(f"op-{n}")) for n in (1, 2)))

    def look(at, **instances):
        queued = _observed(OperationStatus.QUEUED, seconds=at, operation="op-2")
        queued = replace(queued, queued_behind=(OperationId("op-1"),))
        return _observed(seconds=at, **instances), queued

    still = log.tell(*(event for at in range(20) for event in look(at, us_east_1=RUNNING)))
    assert still[4:] == [
        "  step 1 running, 0.0 s: 1 running",
        "  step 2 queued behind step 1, 0.0 s",
    ]

    both = (
        _observed(seconds=20 + at / 10, operation=name, us_east_1=DONE if at % 2 else RUNNING)
        for at in range(40)
        for name in ("op-1", "op-2")
    )
    moving = log.tell(*both)[6:]
    assert len(moving) <= 5
    assert {line.split()[1] for line in moving} == {"1", "2"}


def test_the_end_of_an_operation_stands_in_a_log_however_soon_it_comes():
    written = Log().tell(
        _observed(seconds=0.1, us_east_1=RUNNING),
        _observed(OperationStatus.SUCCEEDED, seconds=0.2, us_east_1=DONE),
    )

    assert written[-1] == "  operation op-1 succeeded, 0.2 s: 1 done"


def test_failures_count_as_soon_as_aws_counts_them_although_they_are_not_listed_yet():
    written = Log().tell(_observed(failed=2, us_east_1=RUNNING))

    assert written == ["  operation op-1 running, 1.0 s: 1 running, 2 failed"]


def test_counts_that_are_not_of_the_latest_look_say_how_old_they_are(screen):
    log = Log()
    seen = replace(_observed(seconds=40.0, us_east_1=RUNNING), listed_seconds=10.0)
    later = replace(seen, seconds=60.0, failed_count=1)

    assert log.tell(seen, later) == [
        "  operation op-1 running, 40 s: 1 running (as of 30 s ago)",
        "  operation op-1 running, 1 min 0 s: 1 running, 1 failed (as of 50 s ago)",
    ]
    screen.tell(seen)
    screen.clock.seconds = 45.0
    screen.close()
    assert screen.lines()[0] == "  operation running, 45 s: 1 running (as of 35 s ago)"


def test_counts_of_the_latest_look_have_no_age(screen):
    screen.tell(replace(_observed(seconds=40.0, us_east_1=RUNNING), listed_seconds=40.0))
    screen.clock.seconds = 45.0
    screen.close()

    assert screen.lines()[0] == "  operation running, 45 s: 1 running"


def test_a_few_stack_instances_have_a_line_each_that_is_redrawn(screen):
    screen.tell(
        StepStarted(number=1, total=1, step=STEP),
        _observed(seconds=0.0, us_east_1=ResultStatus.PENDING, us_west_1=ResultStatus.PENDING),
        _moved(RUNNING, seconds=1.0),
        _observed(us_east_1=RUNNING, us_west_1=ResultStatus.PENDING),
        _moved(DONE, seconds=4.0),
        _observed(seconds=5.0, us_east_1=DONE, us_west_1=RUNNING),
    )

    assert screen.lines()[1:] == [
        f"  operation {STEP.operation_id}",
        "  operation running, 5.0 s: 1 done, 1 running",
        "  111111111111/us-east-1  done     after 4.0 s",
        "  111111111111/us-west-1  running",
    ]


def test_what_follows_stands_below_the_last_state(screen):
    screen.tell(
        _moved(RUNNING),
        _observed(us_east_1=RUNNING),
        StepFinished(number=1, step=STEP, seconds=2.0),
    )
    screen.close()

    assert screen.lines() == [
        "  operation running, 2.0 s: 1 running",
        "  111111111111/us-east-1  running  1.0 s",
        "  step 1 done in 2.0 s",
    ]


def test_a_failure_stands_above_what_is_redrawn_and_stays(screen):
    screen.tell(
        _observed(us_east_1=RUNNING, us_west_1=RUNNING),
        _moved(FAILED, reason="no role " * 20),
        _observed(us_east_1=FAILED, us_west_1=RUNNING, failed=1),
        _moved(DONE, WEST),
        _observed(us_east_1=FAILED, us_west_1=DONE, failed=1),
    )

    lines = screen.lines()
    assert lines[0] == "  111111111111/us-east-1  failed after 1.0 s"
    assert "".join(lines[1:3]).count("no role") == 20
    assert lines[3:] == [
        "  operation running, 1.0 s: 1 done, 1 failed",
        "  111111111111/us-east-1  failed  after 1.0 s",
        "  111111111111/us-west-1  done    after 1.0 s",
    ]


def test_a_long_line_is_cut_rather_than_wrapped_while_it_is_redrawn(screen):
    behind = tuple(OperationId(f"op-{number}" * 20) for number in range(3))
    queued = OperationObserved(
        operation_id=OperationId("op-1"),
        status=OperationStatus.QUEUED,
        seconds=1.0,
        queued_behind=behind,
    )

    screen.tell(queued)

    [line] = screen.lines()
    assert line.startswith("  operation queued behind op-0op-0")
    assert line.endswith("…")


def test_operations_that_were_sent_together_are_shown_together(screen):
    screen.tell(
        _observed(OperationStatus.SUCCEEDED, us_east_1=DONE),
        _observed(operation="op-2", us_west_1=RUNNING),
        _observed(OperationStatus.QUEUED, operation="op-3"),
    )

    assert screen.lines() == [
        "  3 operations (1 succeeded, 1 running, 1 queued), 1.0 s: 1 done, 1 running",
        "  111111111111/us-east-1  done",
        "  111111111111/us-west-1  running",
    ]


def test_a_thousand_stack_instances_take_no_more_than_twelve_lines():
    operation = Operation()
    moves = {}
    most = 0

    for event in operation.run():
        if isinstance(event, InstanceProgressed):
            moves[event.key] = event
        else:
            most = max(most, len(progress_lines([event], moves, event.seconds)))

    assert most == MOST_LINES == 12


@pytest.mark.parametrize("coloured", [True, False])
def test_colour_is_used_where_it_is_wanted(coloured):
    shown = Screen(coloured=coloured)
    shown.tell(_moved(FAILED, reason="no"), _observed(us_east_1=DONE))
    shown.close()

    assert ("\x1b[32m" in shown.stream.getvalue()) is coloured
    assert ("\x1b[31m" in shown.stream.getvalue()) is coloured


def test_regions_that_all_fit_stand_alone():
    [event, *_] = Operation(accounts=5, regions=2).run()

    lines = [line.text for line in progress_lines([event], {}, 0.0)]

    assert lines == [
        "  operation running, 0.0 s: 10 waiting",
        "  xx-place-1  0 of 5 done, 5 waiting",
        "  xx-place-2  0 of 5 done, 5 waiting",
    ]
