"""The stacks that a destroy has left where they are, as words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Tone, align, count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from stacksets.kept_stacks import KeptStack, KeptStacks
    from stacksets.model.desired import InstanceKey

_MOST_IMPORTED = 10
"""As many stacks as one import takes (API reference, ImportStacksToStackSet, StackIds)."""


def kept_lines(kept: KeptStacks, adopt: str, name: str) -> Iterator[Line]:
    """Name each stack that stays, what takes it back or away, and each that should be there.

    `adopt` is the command that takes stacks into a stack set, without its arguments, empty where
    AWS would import none; `name` is the stack set's that they were in.
    """
    if kept.there:
        yield Line(f"Stacks that stay ({len(kept.there)}), each looked up", Tone.STRONG)
        yield from _rows(kept.there, Tone.GOOD)
        yield _adopt_line(kept, adopt)
        yield from _deletion_lines(kept.there)
    if kept.lost:
        yield Line(f"Gone, although to be kept ({len(kept.lost)})", Tone.BAD)
        yield from _rows(kept.lost, Tone.BAD)
        yield Line(
            "→ `aws cloudformation describe-stack-events --stack-name STACK_ARN --region REGION` "
            "in its account tells how it went"
        )
    yield from (Line(f"  ?  {words}", Tone.WARNING) for _, words in kept.unread)
    yield from (Line(f"  ·  {words}", Tone.WARNING) for words in untold_words(kept, name))


def _adopt_line(kept: KeptStacks, adopt: str) -> Line:
    what = "it" if len(kept.there) == 1 else "them"
    if adopt:
        return Line(f"→ `{_adopt(kept, adopt)}` takes {what} into a stack set again")
    words = f"AWS imports no stack with NoEcho parameters: no stack set takes {what} again"
    return Line(words, Tone.WARNING)


def _deletion_lines(there: Sequence[KeptStack]) -> Iterator[Line]:
    """Say what deletes a stack in its account, and what has to come before."""
    protected = [one for one in there if one.is_protected]
    if protected:
        are = "is" if len(protected) == 1 else "are"
        these = "it is" if len(there) == 1 else f"{len(protected)} of them {are}"
        yield Line(
            "→ `aws cloudformation update-termination-protection --no-enable-termination-protection"
            f" {_flags(protected)}` in its account has to come first: {these} protected"
        )
    one = "it" if len(there) == 1 else "one"
    yield Line(f"→ `aws cloudformation delete-stack {_flags(there)}` in its account deletes {one}")


def _flags(stacks: Sequence[KeptStack]) -> str:
    """Name the stack to the CLI of AWS; of several, the place of its ARN."""
    if len(stacks) > 1:
        return "--stack-name STACK_ARN --region REGION"
    return f"--stack-name {stacks[0].id} --region {stacks[0].key.region}"


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
        "adopt": _adopt(kept, adopt) if kept.there and adopt else None,
    }


def import_words(command: str, ids: Collection[str]) -> str:
    """Give an import as it is to be typed; of more stacks than one takes, or of none, the place."""
    return f"{command} {' '.join(ids) if 0 < len(ids) <= _MOST_IMPORTED else 'STACK_ARN…'}"


def _adopt(kept: KeptStacks, adopt: str) -> str:
    return import_words(adopt, [one.id for one in kept.there])


def _rows(stacks: Sequence[KeptStack], tone: Tone) -> Iterator[Line]:
    rows = [
        [
            str(one.key),
            one.status or "no such stack",
            f"{one.id}{', protected' if one.is_protected else ''}",
        ]
        for one in stacks
    ]
    yield from (Line(text, tone) for text in align(rows))


def _stack_data(one: KeptStack) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "stack_id": one.id,
        "status": one.status or None,
        "is_protected": one.is_protected,
    }
