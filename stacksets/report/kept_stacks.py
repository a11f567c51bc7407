"""The stacks that a destroy has left where they are, as words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Tone, align, count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from stacksets.kept_stacks import KeptStack, KeptStacks
    from stacksets.model.desired import InstanceKey

MOST_IMPORTED = 10
"""As many stacks as one import takes (API reference, ImportStacksToStackSet, StackIds)."""


def kept_lines(kept: KeptStacks, adopt: str, name: str) -> Iterator[Line]:
    """Name each stack that stays, what takes it back or away, and each that should be there.

    `adopt` is the command that takes stacks into a stack set, without its arguments; `name` is the
    stack set's that they were in.
    """
    if kept.there:
        yield Line(f"Stacks that stay ({len(kept.there)}), each looked up", Tone.STRONG)
        yield from _rows(kept.there, Tone.GOOD)
        what = "it" if len(kept.there) == 1 else "them"
        yield Line(f"→ `{_adopt(kept, adopt)}` takes {what} into a stack set again")
        yield Line(
            "→ `aws cloudformation delete-stack --stack-name STACK_ARN --region REGION` in its "
            "account deletes one"
        )
    if kept.lost:
        yield Line(f"Gone, although to be kept ({len(kept.lost)})", Tone.BAD)
        yield from _rows(kept.lost, Tone.BAD)
        yield Line(
            "→ `aws cloudformation describe-stack-events --stack-name STACK_ARN --region REGION` "
            "in its account tells how it went"
        )
    yield from (Line(f"  ?  {words}", Tone.WARNING) for _, words in kept.unread)
    yield from (Line(f"  ·  {words}", Tone.WARNING) for words in untold_words(kept, name))


def untold_words(kept: KeptStacks, name: str) -> list[str]:
    """Say where a stack may stay that nobody can name any more, one sentence each."""
    return [
        f"{key}: an earlier operation let a stack go, and none named StackSet-{name}-… is found: "
        "it stays unless it was imported again or deleted since"
        for key in kept.untold
    ]


def kept_words(kept: KeptStacks, removed: Collection[InstanceKey]) -> str:
    """Say how many stacks stay, nothing where none does.

    A stack that none of the `removed` stack instances had was let go before.
    """
    if not kept.there:
        return ""
    before = sum(one.key not in removed for one in kept.there)
    earlier = f" ({before} let go earlier)" if before else ""
    return f", {count(len(kept.there), 'stack')} kept{earlier}"


def kept_data(kept: KeptStacks, adopt: str) -> dict[str, object]:
    """Give the stacks that stay, those that should and do not, and the command that adopts them."""
    return {
        "kept_stacks": [_stack_data(one) for one in kept.there],
        "lost_stacks": [_stack_data(one) for one in kept.lost],
        "adopt": _adopt(kept, adopt) if kept.there else None,
    }


def _adopt(kept: KeptStacks, adopt: str) -> str:
    ids = [one.id for one in kept.there]
    return f"{adopt} {' '.join(ids) if len(ids) <= MOST_IMPORTED else 'STACK_ARN…'}"


def _rows(stacks: Sequence[KeptStack], tone: Tone) -> Iterator[Line]:
    rows = [[str(one.key), one.status or "no such stack", one.id] for one in stacks]
    yield from (Line(text, tone) for text in align(rows))


def _stack_data(one: KeptStack) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "stack_id": one.id,
        "status": one.status or None,
    }
