"""The last word of a destroy: what was removed, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.kept_stacks import OPERATIONS
from stacksets.leftovers import HISTORY
from stacksets.report.kept_stacks import kept_data, kept_lines, kept_words, untold_words
from stacksets.report.message import Line, Result, Tone, align, count
from stacksets.report.outcome import outcome_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.kept_stacks import KeptStacks
    from stacksets.leftovers import Leftover, Leftovers
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import Outcome


COULD_NOT_LOOK = "could_not_look"
"""The code where all that was planned is removed, and nobody could tell whether that is all."""

_STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What is there after a destroy: the stacks that were to stay, and what was left beside them.

    `adopt` is the command that takes stacks into a stack set, without its arguments, empty where
    AWS would import none.
    `knows_let_go` is False where nothing tells any more which stacks the stack set once let go.
    """

    kept: KeptStacks
    leftovers: Leftovers
    adopt: str
    knows_let_go: bool


def destroy_result(
    deployment: Deployment,
    removed: Sequence[StackInstance],
    outcome: Outcome | None,
    remains: Remains,
    record: Mapping[str, object],
) -> Result:
    """Say what a destroy removed, kept and left.

    The exit code is 5 where something is there that should not be, or a stack is gone that was to
    stay, and 4 where nobody could look everywhere: a removal is no proof that nothing is left.
    `outcome` is None where there was nothing to remove.
    """
    leftovers, kept = remains.leftovers, remains.kept
    wrong, exit_code = _judge(leftovers, kept)
    done = (
        outcome_data(outcome)
        if outcome
        else {"verdict": "no_changes", "operation_ids": [], "instances": []}
    )
    return Result(
        code=wrong or ("succeeded" if outcome else "no_changes"),
        exit_code=exit_code,
        lines=(
            _removed_line(deployment, removed, outcome, kept),
            *kept_lines(kept, remains.adopt, deployment.name),
            *_lines(deployment, remains, outcome),
        ),
        data={
            **record,
            **done,
            "removed": [str(one.key) for one in removed],
            "found": [_leftover_data(one) for one in leftovers.found],
            "kept": [_leftover_data(one) for one in leftovers.kept],
            "pending": [_leftover_data(one) for one in leftovers.pending],
            "unchecked": [*(words for _, words in kept.unread), *leftovers.unchecked],
            "beyond": [*untold_words(kept, deployment.name), *_beyond(remains, outcome)],
            **kept_data(kept, remains.adopt),
        },
    )


def _judge(leftovers: Leftovers, kept: KeptStacks) -> tuple[str, int]:
    """Give what is wrong and its exit code; nothing and 0 where all is known and well."""
    if kept.lost:
        return "stacks_lost", 5
    if leftovers.found:
        return "leftovers", 5
    if leftovers.unchecked or kept.unread:
        return COULD_NOT_LOOK, 4
    return "", 0


def _removed_line(
    deployment: Deployment,
    removed: Sequence[StackInstance],
    outcome: Outcome | None,
    kept: KeptStacks,
) -> Line:
    name = deployment.name
    if outcome is None:
        where = deployment.home_region
        return Line(f"No changes. There is no stack set {name} in {where}", Tone.GOOD)
    instances = count(len(removed), "stack instance")
    words = kept_words(kept, {one.key for one in removed})
    return Line(f"{instances} and the stack set {name} removed{words}", Tone.GOOD)


def _where_looked(deployment: Deployment) -> str:
    """Say where was looked for a stack set that is gone: what it had elsewhere is not known."""
    places = len(deployment.instance_keys())
    named = "account and region" if places == 1 else f"{places} accounts and regions"
    return f" in the {named} that the file names"


def _lines(deployment: Deployment, remains: Remains, outcome: Outcome | None) -> Iterator[Line]:
    leftovers = remains.leftovers
    if leftovers.found:
        yield from _found_lines(leftovers.found)
    else:
        yield _nothing_line(deployment, remains, outcome)
    if leftovers.kept:
        yield Line("Kept by design")
        yield from _rows(leftovers.kept, Tone.PLAIN)
    if leftovers.pending:
        yield Line("Out of use, and deleted by AWS after its waiting period")
        yield from _rows(leftovers.pending, Tone.PLAIN)
    yield from (Line(f"  ?  {one}", Tone.WARNING) for one in leftovers.unchecked)
    yield from (Line(f"  ·  {one}", Tone.FAINT) for one in _beyond(remains, outcome))


def _found_lines(found: Sequence[Leftover]) -> Iterator[Line]:
    yield Line("Left, and should not be", Tone.BAD)
    yield from _rows(found, Tone.BAD)
    if any(one.resource_type == _STACK for one in found):
        yield Line(
            "→ a stack that was let go earlier is out of the stack set's reach: `aws "
            "cloudformation delete-stack --stack-name NAME --region REGION` in its account "
            "deletes it"
        )


def _nothing_line(deployment: Deployment, remains: Remains, outcome: Outcome | None) -> Line:
    """Say that nothing is left, and of what: no more than was looked for."""
    leftovers, kept = remains.leftovers, remains.kept
    nothing = "Nothing else is left" if kept.keys or kept.untold else "Nothing is left"
    named = "" if remains.knows_let_go else f" named StackSet-{deployment.name}-…"
    latest = f"the latest {HISTORY} deleted stacks" if leftovers.beyond else "stacks"
    of = f" of {latest}{named}" if leftovers.beyond or named else ""
    if leftovers.unchecked or kept.unread:
        words = "where it could be looked, and not everywhere could it"
        return Line(f"{nothing}{of} {words}", Tone.WARNING)
    return Line(f"{nothing}{of}{'' if outcome else _where_looked(deployment)}", Tone.GOOD)


def _beyond(remains: Remains, outcome: Outcome | None) -> list[str]:
    """Say what lies beyond that which was looked into, one sentence each."""
    if remains.knows_let_go:
        return list(remains.leftovers.beyond)
    unknown = (
        f"only the latest {OPERATIONS} operations tell which stacks were let go"
        if outcome
        else "a stack that was imported and let go has a name of its own: none was looked for"
    )
    return [unknown, *remains.leftovers.beyond]


def _rows(leftovers: Sequence[Leftover], tone: Tone) -> Iterator[Line]:
    rows = [[str(one.key), one.resource_type, one.name] for one in leftovers]
    yield from (Line(text, tone) for text in align(rows))


def _leftover_data(one: Leftover) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "resource_type": one.resource_type,
        "name": one.name,
    }
