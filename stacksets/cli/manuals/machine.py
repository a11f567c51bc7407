"""The pages of the whole program, and of the embedded AWS on this machine."""

from __future__ import annotations

from stacksets.cli.manual import AWS_SETTINGS, DEPLOYMENT_FILE, Manual

STACKSETS = Manual(
    exit_codes={
        0: "The desired state is reached and verified, or there was nothing to do.",
        1: "A bug of ours; the message says where to report it.",
        2: "Wrong usage.",
        3: "Input refused: the file, the template, a plan without consent.",
        4: "No access: credentials, permissions, roles; or the accounts are not ready.",
        5: "Did not succeed: stack instances failed, a check failed, AWS failed.",
        6: "Conflict: the world moved, or another operation runs.",
        7: "Still running when we stopped waiting; it goes on in AWS.",
        8: "A difference where none was expected.",
        130: "Interrupted by Ctrl-C; what was started goes on in AWS.",
    },
    variables={**AWS_SETTINGS, "STACKSETS_...": "Flags of the commands; no variable consents."},
    files=DEPLOYMENT_FILE,
    examples={
        "stacksets local run -- bash": "A shell with an AWS of its own, to try all of it.",
        "stacksets plan --environment prod": "What would change.",
        "stacksets deploy --environment prod": "Change it.",
    },
    see_also=("COMMAND --help",),
)
LOCAL = Manual(
    exit_codes={0: "It ran.", 3: "It cannot be started; the message says what is missing."},
    variables={},
    files={},
    examples={"stacksets local run -- bash": "A shell in which every AWS tool speaks to it."},
    see_also=("local run", "local serve"),
)
LOCAL_RUN = Manual(
    arguments={"COMMAND": "The command with its arguments, after --."},
    exit_codes={
        "any": "That of COMMAND; 128 and the signal's number where one ended it.",
        3: "COMMAND is not there, or the embedded AWS cannot be started.",
    },
    variables={
        "AWS_...": "COMMAND gets its own: endpoint, credentials, CA. Yours are taken away.",
        "HTTPS_PROXY, HTTP_PROXY": "COMMAND gets a proxy on loopback: nothing leaves the machine.",
        "SSL_CERT_FILE": "COMMAND gets the CA of the embedded AWS, for other clients' names too.",
    },
    files={"TMPDIR/stacksets-local-*": "State, certificates and logs; removed at the end."},
    examples={
        "stacksets local run -- bash": "Everything inside speaks to the embedded AWS.",
        "stacksets local run --account 111111111111 -- stacksets plan": "As that account.",
    },
    see_also=("local serve", "deploy"),
)
LOCAL_SERVE = Manual(
    exit_codes={0: "Ended by Ctrl-C.", 3: "It cannot be started."},
    variables={},
    files={"TMPDIR/stacksets-local-*": "State, certificates and logs; removed at the end."},
    examples={"stacksets local serve": "Prints what to export in other shells, until Ctrl-C."},
    see_also=("local run",),
)
SCHEMA = Manual(
    arguments={
        "NAME": "output: a line of --output json. plan: what `plan --out` saves. deployment: a "
        "deployment file. sources: what a generator may write beside a template. None lists them.",
    },
    exit_codes={0: "It is printed."},
    variables={},
    files={},
    examples={"stacksets schema output": "To validate what a program reads."},
    see_also=("plan", "completion"),
)
COMPLETION = Manual(
    arguments={"SHELL": "bash (4.4 or newer), zsh or fish."},
    exit_codes={0: "It is printed."},
    variables={},
    files={
        "~/.bashrc": 'eval "$(stacksets completion bash)"',
        "~/.zshrc": 'eval "$(stacksets completion zsh)", below compinit',
        "~/.config/fish/completions/stacksets.fish": "What `stacksets completion fish` prints.",
    },
    examples={"stacksets completion bash": "The script; a shell evaluates it."},
    see_also=("schema",),
)
