"""The pages of what comes before the first deploy."""

from __future__ import annotations

from stacksets.cli.manual import (
    DEPLOYMENT_FILE,
    NO_ACCESS,
    SETTINGS,
    Manual,
)

BOOTSTRAP = Manual(
    exit_codes={
        0: "Every stack is there and as the file says.",
        3: "Input refused: the file, a template, a value that it does not take, no table "
        "[bootstrap], several accounts without admin_account, not agreed to.",
        4: NO_ACCESS,
        5: "A stack failed, or AWS did.",
        6: "Conflict: somebody else changes the stack.",
        7: "A stack takes very long; it goes on in AWS.",
        130: "Interrupted by Ctrl-C; a stack that was begun goes on in AWS.",
    },
    examples={
        "stacksets bootstrap --profile target-account": "Shows what it would touch, and asks.",
        "stacksets bootstrap --environment prod --yes": "Without a terminal.",
    },
    see_also=("deploy", "resolve"),
)
RESOLVE = Manual(
    exit_codes={
        0: "All files are written.",
        3: "Input refused: the deployment file, a template, a folder that cannot be written.",
        130: "Interrupted by Ctrl-C; some files may be missing.",
    },
    variables=SETTINGS,
    files={
        **DEPLOYMENT_FILE,
        "DIRECTORY/ENVIRONMENT/TEMPLATE.ACCOUNT.REGION.json": "What is written. The account is "
        'admin_account, a target, or 000000000000 for "self".',
    },
    examples={
        "stacksets resolve": "The default environment, into build/resolved.",
        "stacksets resolve --all-environments --out audit": "Every environment that has a name.",
    },
    see_also=("plan", "bootstrap"),
)
