"""The pages of the commands that move traffic between regions."""

from __future__ import annotations

from stacksets.cli.manual import BUSY, DETACHED, NO_ACCESS, STILL_RUNNING, Manual

_REGION = {"REGION": "A region of the stack set, such as us-east-1."}

DRAIN = Manual(
    arguments=_REGION,
    exit_codes={
        0: "The region is drained, verified, or was drained already.",
        3: "Input refused: no [traffic], no such region, the last active region, no consent.",
        4: NO_ACCESS,
        5: "The override failed in a stack instance, the operation was stopped, or AWS failed.",
        6: BUSY,
        7: STILL_RUNNING,
        130: DETACHED,
    },
    examples={
        "stacksets drain us-east-1 --environment prod": "Shows what it would do, and asks.",
        "stacksets drain us-east-1 --yes --timeout 5": "Without a terminal, five minutes at most.",
    },
    see_also=("undrain", "status", "smoke"),
)
UNDRAIN = Manual(
    arguments=_REGION,
    exit_codes={
        0: "The region takes traffic again, verified, or was not drained.",
        3: "Input refused: no [traffic], no such region, no consent.",
        4: NO_ACCESS,
        5: "The change failed in a stack instance, the operation was stopped, or AWS failed.",
        6: BUSY,
        7: STILL_RUNNING,
        130: DETACHED,
    },
    examples={
        "stacksets undrain us-east-1 --environment prod": "Shows what it would do, and asks.",
    },
    see_also=("drain", "status", "smoke"),
)
