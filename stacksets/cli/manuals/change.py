"""The pages of the commands that change AWS."""

from __future__ import annotations

from stacksets.cli.manual import BUSY, DEPLOYMENT_FILE, DETACHED, STILL_RUNNING, Manual

DEPLOY = Manual(
    arguments={"PLAN": "A file of `stacksets plan --out PLAN`: carry that out, exactly, or not."},
    exit_codes={
        0: "The desired state is reached and verified, or nothing was to be done.",
        3: "Input refused: the file, the template, errors of cfn-lint, a plan without consent.",
        4: "No access, or the accounts are not ready: every lack is told, nothing was changed.",
        5: "Stack instances failed, the operation was stopped, or AWS failed.",
        6: "Conflict: PLAN no longer holds, or another operation with --if-busy refuse.",
        7: STILL_RUNNING,
        130: DETACHED,
    },
    files={**DEPLOYMENT_FILE, "PLAN": "A saved plan; environment and options come from it."},
    examples={
        "stacksets deploy --environment prod": "Shows the plan, and asks.",
        "stacksets deploy plan.json --yes": "In CI, after a review of that plan.",
        "stacksets deploy --yes --allow-delete --timeout 30 --output json": "In CI, all at once.",
    },
    see_also=("plan", "show", "status", "diagnose", "resume"),
)
DESTROY = Manual(
    exit_codes={
        0: "Nothing is left of the latest 10 deleted stacks in each account and region.",
        3: "Input refused: the file, a plan without consent.",
        4: "No access; or all was removed, and it could not be looked everywhere for what is left.",
        5: "A stack instance could not be removed, something is left, or AWS failed.",
        6: BUSY,
        7: STILL_RUNNING,
        130: DETACHED,
    },
    examples={
        "stacksets destroy --environment dev --allow-delete": "Asks for the stack set's name.",
        "stacksets destroy --yes --allow-delete": "Without a terminal.",
        "stacksets destroy --retain-stacks --allow-delete": "Every stack goes on.",
    },
    see_also=("status", "resume"),
)
IMPORT = Manual(
    arguments={"STACK_ARN...": "The stacks, by ARN: account and region are read from it."},
    exit_codes={
        0: "Every stack is a stack instance, verified, or was one already.",
        3: "Input refused: the file, a stack that cannot be imported, no consent.",
        4: "No access: credentials, a permission, a role, a stack that cannot be read.",
        5: "An import failed, the operation was stopped, or AWS failed.",
        6: "Conflict: another operation with --if-busy refuse, or a stack of another stack set.",
        7: STILL_RUNNING,
        130: DETACHED,
    },
    examples={
        "stacksets import arn:aws:cloudformation:us-east-1:111122223333:stack/NAME/ID": "Asks.",
    },
    see_also=("plan", "deploy", "destroy"),
)
RESUME = Manual(
    exit_codes={
        0: "The desired state is reached and verified.",
        3: "Input refused: the file, a plan without consent, nothing that was interrupted.",
        4: "No access; or a destroy could not look everywhere for what is left.",
        5: "Stack instances failed, the operation was stopped, or AWS failed.",
        6: "Conflict: the latest change is not of this tool, or --if-busy refuse.",
        7: STILL_RUNNING,
        130: DETACHED,
    },
    examples={
        "stacksets resume --environment prod": "After Ctrl-C, a kill, or exit 7.",
        "stacksets resume --yes --timeout 30": "Without a terminal, half an hour at most.",
    },
    see_also=("deploy", "destroy", "watch", "events"),
)
