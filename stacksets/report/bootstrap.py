"""What a bootstrap did, stack by stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Message, Result, Tone, align

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.bootstrap import BootstrapResult


def progress_message(text: str) -> Message:
    """Pass on what a bootstrap is at."""
    return Message(
        code="bootstrap_progressed", lines=(Line(f"  {text}", Tone.FAINT),), data={"text": text}
    )


def bootstrap_result(results: Sequence[BootstrapResult], record: Mapping[str, object]) -> Result:
    """Say which stacks were created, updated or left as they were."""
    rows = [[str(one.key), one.stack_name, one.change] for one in results]
    return Result(
        code="bootstrapped",
        exit_code=0,
        lines=tuple(Line(text, Tone.GOOD) for text in align(rows)),
        data={**record, "stacks": [_stack_data(one) for one in results]},
    )


def _stack_data(one: BootstrapResult) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "stack_name": one.stack_name,
        "change": one.change.value,
    }
