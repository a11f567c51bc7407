"""What every result holds: who ran what, from which sources, when."""

from typing import Literal, NotRequired, TypedDict

from stacksets.schemas.nouns import AccountText, Moment, Sha256


class Record(TypedDict):
    """Who ran what from which sources; null is what is not known, or was not reached."""

    type: NotRequired[Literal["result"]]
    """Tells the result from an event; absent in the results of several stack sets."""
    exit_code: int
    """The exit code of the process; in the results of several stack sets that of this one."""
    stack_set: str | None
    """The stack set's name."""
    home_region: str | None
    """The region that the stack set belongs to."""
    environment: str | None
    """The environment."""
    account: AccountText | None
    """The account of the credentials."""
    caller_arn: str | None
    """Whose credentials they are."""
    deployment_file: str | None
    """The path of the deployment file."""
    deployment_file_sha256: Sha256 | None
    """SHA-256 of the deployment file, in hex; null also where a template has NoEcho parameters:
    their values may stand in the file, and a short one could be guessed from the digest."""
    template: str | None
    """The path of the template."""
    template_sha256: Sha256 | None
    """SHA-256 of the template, in hex: that of the bytes that are sent."""
    git_revision: str | None
    """The commit that the deployment file's folder is at, null outside of git."""
    git_clean: bool | None
    """Whether nothing there is changed or untracked."""
    operation_ids: list[str]
    """The operations that were started or waited for, in order."""
    started: Moment | None
    """When the command began (UTC), null in a plan: the same world gives the same bytes."""
    ended: Moment | None
    """When it ended (UTC), null in a plan as well."""
