"""What people read of outputs, endpoints, bootstraps and what a destroy leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stacksets.bootstrap import BootstrapChange, BootstrapResult
from stacksets.kept_stacks import KeptStack, KeptStacks
from stacksets.leftovers import Leftover, Leftovers
from stacksets.model.outcome import Outcome, Verdict
from stacksets.outputs import InstanceOutputs
from stacksets.plan import make_destroy_plan
from stacksets.report.bootstrap import bootstrap_result, progress_message
from stacksets.report.endpoints import outputs_result, smoke_result
from stacksets.report.leftovers import Remains, destroy_result
from stacksets.smoke import SmokeCheck, SmokeResult
from tests.builders import (
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    an_instance,
)

READ = InstanceOutputs(
    key=a_key(), outputs={"Url": "https://a.example/prod/", "Function": "f-1"}, problem=None
)
EMPTY = InstanceOutputs(key=a_key(region=WEST), outputs={}, problem=None)
GONE = InstanceOutputs(key=a_key(OTHER_ACCOUNT), outputs={}, problem="its stack is gone")
UNREAD = InstanceOutputs(
    key=a_key(OTHER_ACCOUNT, WEST), outputs={}, problem="not allowed", unreadable=True
)
STATUS = SmokeCheck(name="status", passed=True, detail="200, expected 200")
BURST = SmokeCheck(name="burst", passed=True, detail="8 of 8 at once answered well, slowest 12 ms")
UNTOLD = SmokeCheck(name="plain HTTP", passed=None, detail="could not be told behind a proxy")
WRONG = SmokeCheck(name="body", passed=False, detail="'bye', expected 'hello'")
WELL = SmokeResult(
    key=a_key(),
    url="https://a.example/prod/hello",
    status=200,
    body="hello\nworld",
    latency_ms=4.6,
    checks=(STATUS, UNTOLD, BURST),
)
BAD = SmokeResult(
    key=a_key(region=WEST),
    url="https://b.example/prod/hello",
    status=200,
    body="",
    latency_ms=5.0,
    checks=(STATUS, WRONG),
)
SILENT = SmokeResult(
    key=a_key(OTHER_ACCOUNT),
    url="",
    checks=(SmokeCheck(name="endpoint", passed=False, detail="its stack is gone"),),
)
UNHEARD = SmokeResult(
    key=a_key(OTHER_ACCOUNT, WEST),
    url="https://c.example/prod/hello",
    checks=(SmokeCheck(name="answer", passed=False, detail="timed out"),),
)
START = datetime(2026, 1, 1, tzinfo=UTC)
REMOVED = (an_instance(),)
PLAN = make_destroy_plan(a_deployment(), a_stack_set(*REMOVED))
OUTCOME = Outcome(
    verdict=Verdict.SUCCEEDED,
    plan=PLAN,
    operation_ids=(),
    instances=(),
    root_causes=(),
    not_attempted=(),
    remaining=None,
    started=START,
    ended=START,
)
FORGOTTEN = Leftover(key=a_key(), resource_type="AWS::Lambda::Function", name="f-1")
KEPT = Leftover(key=a_key(), resource_type="AWS::Logs::LogGroup", name="/aws/lambda/f-1")


KEY = Leftover(key=a_key(), resource_type="AWS::KMS::Key", name="0a1b2c3d-0000-4000-8000-1")
LOST = KeptStack(key=a_key(), id="arn:aws:cloudformation:us-east-1:1:stack/a/1", status="")
STAYING = tuple(
    KeptStack(
        key=a_key(f"{number:012}"),
        id=f"arn:aws:cloudformation:us-east-1:{number:012}:stack/StackSet-{NAME}-{number}/1",
        status="UPDATE_COMPLETE",
    )
    for number in range(1, 12)
)
PROTECTED = (replace(STAYING[0], is_protected=True), STAYING[1])
STACK = Leftover(key=a_key(), resource_type="AWS::CloudFormation::Stack", name=f"StackSet-{NAME}-1")
UNREAD_STACK = (a_key(), f"{a_key()}: could not look for the stack arn:1 (no role)")


LONG_HISTORY = ("of 11 deleted stacks the latest 10 were looked into",)


def _leftovers(found=(), kept=(), unchecked=(), pending=(), beyond=()):
    return Leftovers(found=found, kept=kept, unchecked=unchecked, pending=pending, beyond=beyond)


def _retained(there, *, removed=None, **kept):
    """What a destroy says that lets stacks go: those that are there, unless others are named."""
    instances = tuple(an_instance(one.key) for one in removed or there)
    return _destroyed(_leftovers(), removed=instances, there=there, **kept)


def _destroyed(
    leftovers,
    outcome=OUTCOME,
    removed=REMOVED,
    *,
    knows_let_go=True,
    adopt="stacksets import",
    **kept,
):
    removed = removed if outcome else ()
    remains = Remains(
        kept=KeptStacks(**kept),
        leftovers=leftovers,
        adopt=adopt,
        knows_let_go=knows_let_go and outcome is not None,
    )
    return destroy_result(a_deployment(), removed, outcome, remains, {})


def _bootstrapped():
    changes = zip((HOME, EAST, WEST), BootstrapChange, strict=True)
    return bootstrap_result(
        [
            BootstrapResult(key=a_key(region=region), stack_name="roles-dev", change=change)
            for region, change in changes
        ],
        {},
    )


RESULTS = {
    "outputs": (outputs_result([READ, EMPTY], {}), "read", 0),
    "outputs_gone": (outputs_result([READ, GONE, UNREAD], {}), "failed", 5),
    "outputs_unread": (outputs_result([READ, UNREAD], {}), "unknown", 4),
    "outputs_none": (outputs_result([], {}), "read", 0),
    "smoke": (smoke_result([WELL], [], {}), "passed", 0),
    "smoke_failed": (smoke_result([WELL, BAD, SILENT, UNHEARD], [UNREAD], {}), "failed", 5),
    "smoke_unread": (smoke_result([WELL], [UNREAD], {}), "unknown", 4),
    "smoke_none": (smoke_result([], [], {}), "passed", 0),
    "destroyed": (_destroyed(_leftovers()), "succeeded", 0),
    "destroyed_nothing": (_destroyed(_leftovers(), None), "no_changes", 0),
    "destroyed_after_many_operations": (
        _destroyed(_leftovers(beyond=LONG_HISTORY), knows_let_go=False),
        "succeeded",
        0,
    ),
    "destroyed_but_left": (
        _destroyed(_leftovers((FORGOTTEN,), (KEPT,), ("could not look in us-west-1",))),
        "leftovers",
        5,
    ),
    "destroyed_half_seen": (
        _destroyed(_leftovers(kept=(KEPT,), unchecked=("could not look in us-west-1",))),
        "could_not_look",
        4,
    ),
    "destroyed_unseen_nothing": (
        _destroyed(_leftovers(unchecked=("could not look in us-west-1",)), None),
        "could_not_look",
        4,
    ),
    "destroyed_with_a_long_history": (
        _destroyed(_leftovers(beyond=LONG_HISTORY)),
        "succeeded",
        0,
    ),
    "destroyed_pending": (_destroyed(_leftovers(kept=(KEPT,), pending=(KEY,))), "succeeded", 0),
    "destroyed_retaining": (_retained(STAYING[:1]), "succeeded", 0),
    "destroyed_retaining_protected": (_retained(PROTECTED[:1], adopt=""), "succeeded", 0),
    "destroyed_retaining_some_protected": (_retained(PROTECTED, adopt=""), "succeeded", 0),
    "destroyed_retaining_untold": (
        _retained(STAYING[:1], untold=(a_key(region=WEST),)),
        "succeeded",
        0,
    ),
    "destroyed_retaining_many": (
        _retained(STAYING, unread=(UNREAD_STACK,)),
        "could_not_look",
        4,
    ),
    "destroyed_retaining_unseen": (
        _destroyed(_leftovers(), unread=(UNREAD_STACK,)),
        "could_not_look",
        4,
    ),
    "destroyed_retaining_again": (
        _destroyed(_leftovers(), None, there=STAYING[:2]),
        "no_changes",
        0,
    ),
    "destroyed_retaining_the_rest": (
        _retained(STAYING[:3], removed=STAYING[:1]),
        "succeeded",
        0,
    ),
    "destroyed_and_lost": (
        _retained(STAYING[:1], lost=(LOST,)),
        "stacks_lost",
        5,
    ),
    "destroyed_after_retaining": (_destroyed(_leftovers((STACK,))), "leftovers", 5),
    "bootstrapped": (_bootstrapped(), "bootstrapped", 0),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_reads_as_reviewed(name, golden):
    result, code, exit_code = RESULTS[name]

    assert (result.code, result.exit_code) == (code, exit_code)
    golden(f"result_{name}.txt", "".join(f"{line.text}\n" for line in result.lines))


def test_a_bootstrap_says_what_it_is_at():
    message = progress_message("creating stack roles-dev")

    assert message.lines[0].text == "  creating stack roles-dev"
    assert message.data == {"text": "creating stack roles-dev"}


def test_smoke_data_tells_what_could_not_be_told_from_what_failed():
    data = smoke_result([WELL], [UNREAD], {}).data

    assert [check["passed"] for check in data["instances"][0]["checks"]] == [True, None, True]
    assert data["unread"][0]["unreadable"] is True


def test_what_stays_is_data_with_the_command_that_adopts_it():
    data = _destroyed(_leftovers(), there=STAYING[:1], lost=(LOST,), unread=(UNREAD_STACK,)).data
    none = _destroyed(_leftovers()).data

    assert data["kept_stacks"] == [
        {
            "account": STAYING[0].key.account,
            "region": EAST,
            "stack_id": STAYING[0].id,
            "status": "UPDATE_COMPLETE",
            "is_protected": False,
        }
    ]
    assert data["lost_stacks"][0]["status"] is None
    assert data["adopt"] == f"stacksets import {STAYING[0].id}"
    assert data["unchecked"] == [UNREAD_STACK[1]]
    assert (none["kept_stacks"], none["lost_stacks"], none["adopt"]) == ([], [], None)


def test_what_was_left_is_data_too():
    data = _destroyed(_leftovers((FORGOTTEN,))).data

    assert data["found"] == [
        {
            "account": a_key().account,
            "region": EAST,
            "resource_type": "AWS::Lambda::Function",
            "name": "f-1",
        }
    ]


def test_a_bootstrap_names_its_stacks_as_data():
    assert _bootstrapped().data["stacks"][0] == {
        "account": a_key().account,
        "region": HOME,
        "stack_name": "roles-dev",
        "change": "created",
    }
