"""The pages of the commands that only read."""

from __future__ import annotations

from stacksets.cli.manual import (
    AWS_FAILED,
    AWS_SETTINGS,
    BUSY,
    DEPLOYMENT_FILE,
    INTERRUPTED,
    REFUSED,
    Manual,
)

PLAN = Manual(
    exit_codes={
        0: "With or without changes.",
        3: "Input refused: the file, the template, errors of cfn-lint.",
        4: "No access, or the accounts are not ready: every lack is told.",
        5: AWS_FAILED,
        6: "--out, --expect-no-changes: another operation runs, and the plan only waits for it.",
        8: "--expect-no-changes: there are some.",
        130: INTERRUPTED,
    },
    files={**DEPLOYMENT_FILE, "PLAN": "JSON, without any value of a NoEcho parameter."},
    examples={
        "stacksets plan --environment prod": "What deploy would do there.",
        "stacksets plan --out plan.json": "For a review, then `stacksets deploy plan.json`.",
        "stacksets plan --expect-no-changes --audit": "In CI: has anything moved?",
    },
    see_also=("deploy", "show", "status"),
)
SHOW = Manual(
    arguments={"PLAN": "A file that `stacksets plan --out PLAN` has written."},
    exit_codes={
        0: "It is shown.",
        3: "The file cannot be read, or is no plan.",
        6: "The plan is of another version of the format.",
        130: INTERRUPTED,
    },
    variables={
        "STACKSETS_...": "Each sets the flag that names it above.",
        "NO_COLOR": "As --no-color.",
    },
    files={"PLAN": "All that is read; the deployment file is not."},
    examples={
        "stacksets show plan.json": "As it was shown when it was made.",
        "stacksets show --output json plan.json": "For a program that reviews it.",
    },
    see_also=("plan", "deploy"),
)
DRIFT = Manual(
    exit_codes={
        0: "Everything is in sync.",
        3: "Input refused: the file, or there is nothing to look at.",
        4: "No access, or AWS does not tell of some stack instance.",
        5: "The detection did not succeed everywhere and found no drift, or AWS failed.",
        6: BUSY,
        7: "Still running when --timeout had passed; it goes on in AWS.",
        8: "Something drifted, also where the detection failed elsewhere.",
        130: "Detached by Ctrl-C; the detection goes on in AWS.",
    },
    examples={
        "stacksets drift --environment prod": "Detect, wait and show.",
        "stacksets drift --last --output json": "What was found last, for a program.",
    },
    see_also=("status", "plan", "deploy"),
)
STATUS = Manual(
    exit_codes={
        0: "Nothing is wrong, or nothing is deployed yet.",
        3: REFUSED,
        4: "No access, or something could not be read, so nobody knows.",
        5: "A stack instance failed or is missing, or AWS failed.",
        130: INTERRUPTED,
    },
    examples={
        "stacksets status": "The default environment.",
        "stacksets status --environment prod --audit": "With every override and stack looked up.",
        "stacksets status -f a.toml -f b.toml --output json": "Two stack sets, for a program.",
    },
    see_also=("plan", "diagnose", "events", "outputs"),
)
OUTPUTS = Manual(
    exit_codes={
        0: "All were read.",
        3: "Input refused, or there is no stack set.",
        4: "No access, or a stack could not be read, so nobody knows.",
        5: "A stack is not there, or AWS failed.",
        130: INTERRUPTED,
    },
    examples={
        "stacksets outputs": "A line an output, by account and region.",
        "stacksets outputs --output json": "For a program.",
    },
    see_also=("smoke", "status"),
)
SMOKE = Manual(
    exit_codes={
        0: "All endpoints answered as [smoke] says.",
        3: "Input refused, no table [smoke], or there is no stack set.",
        4: "No access, or an address could not be read, so nobody knows.",
        5: "An endpoint did not answer well, or AWS failed.",
        130: INTERRUPTED,
    },
    variables={
        **AWS_SETTINGS,
        "HTTPS_PROXY, NO_PROXY": "The way to the endpoints.",
        "SSL_CERT_FILE": "Whom to trust there, else REQUESTS_CA_BUNDLE, else the system's CAs.",
    },
    examples={"stacksets smoke --environment prod": "After a deploy, or whenever in doubt."},
    see_also=("outputs", "status"),
)
DIAGNOSE = Manual(
    exit_codes={
        0: "No fault found.",
        3: "Input refused, or there is no such operation.",
        4: "No access, or a stack could not be read, so nobody knows.",
        5: "A fault was found, or AWS failed.",
        130: INTERRUPTED,
    },
    examples={
        "stacksets diagnose --environment prod": "The stack instances as they stand.",
        "stacksets diagnose --operation 0a1b2c3d": "One operation, also when it was mended since.",
    },
    see_also=("status", "events", "deploy"),
)
