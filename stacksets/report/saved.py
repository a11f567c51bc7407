"""A saved plan as words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.plain import to_plain
from stacksets.report.message import Line, Message, Result, Tone
from stacksets.report.plan import plan_data, plan_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.saved import SavedPlan


def saved_message(saved: SavedPlan, path: str) -> Message:
    """Say where a plan was saved, and what carries it out."""
    words = f"saved     {path}; `stacksets deploy {path}` carries it out, or refuses"
    secrets = saved.basis.deployment_file_sha256 is None
    note = "          NoEcho values are not in it: those of the deployment file are sent then"
    return Message(
        code="plan_saved",
        lines=(Line(words, Tone.FAINT), *((Line(note, Tone.FAINT),) if secrets else ())),
        data={"path": path, "digest": saved.plan.digest, "leaves_out_no_echo": secrets},
    )


def shown_result(saved: SavedPlan, record: Mapping[str, object]) -> Result:
    """Show a saved plan as `plan` showed it.

    Data: `plan`, `parameters` and `warnings` as those of `plan`; `basis`, what it was made from;
    `options`, what was asked for beyond the deployment file.
    """
    message = plan_message(saved.plan, saved.warnings, saved.parameters)
    return Result(
        code="saved_plan",
        exit_code=0,
        lines=message.lines,
        data={
            **record,
            "plan": plan_data(saved.plan),
            "parameters": message.data["parameters"],
            "warnings": list(saved.warnings),
            "basis": to_plain(saved.basis),
            "options": to_plain(saved.options),
        },
    )
