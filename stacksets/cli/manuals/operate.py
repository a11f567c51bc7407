"""The pages of the commands about operations."""

from __future__ import annotations

from stacksets.cli.manual import AWS_FAILED, INTERRUPTED, NO_ACCESS, Manual

_OPERATION = {"OPERATION_ID": "As `stacksets events` lists it; else what has not ended yet."}
_NO_OPERATION = "Input refused: the file, or no such operation."

WATCH = Manual(
    arguments=_OPERATION,
    exit_codes={
        0: "It went well in every stack instance; or nothing runs, and the latest change did.",
        3: _NO_OPERATION,
        4: NO_ACCESS,
        5: "It, or the latest change where nothing runs, failed, was stopped, or AWS failed.",
        7: "It still runs after --timeout.",
        130: "Left by Ctrl-C; the operation goes on in AWS.",
    },
    examples={
        "stacksets watch": "Whatever runs, whoever started it.",
        "stacksets watch --timeout 30": "Half an hour at most.",
    },
    see_also=("events", "stop", "diagnose"),
)
STOP = Manual(
    arguments=_OPERATION,
    exit_codes={
        0: "It stopped, or nothing runs.",
        3: "Input refused: the file, no such operation, not agreed to.",
        4: NO_ACCESS,
        5: "Stack instances failed, or AWS did.",
        130: "Left by Ctrl-C; AWS stops the operation all the same.",
    },
    examples={
        "stacksets stop --environment prod": "Names what runs, and asks.",
        "stacksets stop 0a1b2c3d --yes": "That operation, without a terminal.",
    },
    see_also=("watch", "events", "deploy"),
)
EVENTS = Manual(
    arguments={"OPERATION_ID": "One operation, with all that happened in it; else the latest."},
    exit_codes={
        0: "All was read, or nothing is deployed.",
        3: _NO_OPERATION,
        4: "No access, or the events of a failed stack could not be read.",
        5: AWS_FAILED,
        130: INTERRUPTED,
    },
    examples={
        "stacksets events --limit 5": "The five latest operations.",
        "stacksets events 0a1b2c3d": "What happened in that one.",
    },
    see_also=("watch", "diagnose", "status"),
)
