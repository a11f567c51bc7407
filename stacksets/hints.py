"""The hint of a failure: what the reason that AWS gives means, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.model.outcome import Hint, Retry
from stacksets.reasons import ENTRIES
from stacksets.retries import DEPLOYS

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey

_BOOTSTRAP = "`stacksets bootstrap` with credentials of account {where}"
_MAKE_ROLE = "make the role in account {where} (user guide, stacksets-prereqs-self-managed)"

INOPERABLE = Hint(
    code="inoperable",
    meaning="a deletion or an import failed here, and StackSets leaves the stack instance out of "
    "every update until it is taken out (API reference, StackInstance)",
    action="mend what the reason names; `stacksets deploy --allow-delete` then takes the stack "
    "instance out and makes it anew, or deletes it where it left the file; where it cannot be "
    "deleted, --retain-inoperable lets it go; a stack that stays is to be deleted in its account",
)
"""For an INOPERABLE stack instance whose reason says nothing more particular."""

INOPERABLE_REMOVAL = replace(
    INOPERABLE,
    action="mend what the reason names, then {again}; where the stack cannot be deleted, "
    "--retain-inoperable lets the stack instance go, and the stack is to be deleted in its account",
)
"""The same where a removal failed; the action is yet to be filled in."""

FAILED_IMPORT = Hint(
    code="failed_import",
    meaning="StackSets has not adopted the stack, which stays as it was; the stack instance stands "
    "in the way of a new one until it is imported or taken out",
    action="mend what the reason names",
)
"""For a failed import whose reason says nothing more particular."""

CODES = tuple(sorted({one.code for one in (*ENTRIES, INOPERABLE, FAILED_IMPORT)}))
"""The code of every hint; programs rely on them."""


def explain_inoperable(retry: Retry) -> Hint:
    """Give the hint for an INOPERABLE stack instance whose reason says nothing more particular."""
    if not retry.removes:
        return INOPERABLE
    return replace(INOPERABLE_REMOVAL, action=INOPERABLE_REMOVAL.action.format(again=retry.again))


def find_hint(
    reason: str,
    key: InstanceKey,
    *,
    stack_id: str | None = None,
    retry: Retry = DEPLOYS,
    again: str = "",
    bootstraps: bool = True,
) -> Hint | None:
    """Say what a reason of AWS means and what to do about it, None where that is not known.

    Args:
        reason: the whole reason, as AWS gives it.
        key: where it struck.
        stack_id: the stack's ARN, for commands that name it.
        retry: what tries it once more.
        again: the same as the end of a sentence, where that is more than a command.
        bootstraps: whether the deployment file has [bootstrap], which makes roles.
    """
    for entry in ENTRIES:
        found = re.search(entry.pattern, reason)
        if found:
            known: dict[str, str] = {
                "account": key.account,
                "region": key.region,
                "here": f"{key.account} in {key.region}",
                "again": again or retry.again,
                "stack": stack_id or "STACK",
                "where": key.account,
            }
            # What a reason names is meant, also where it is not the place that it struck.
            known |= {name: text for name, text in found.groupdict().items() if text}
            known["make_role"] = (_BOOTSTRAP if bootstraps else _MAKE_ROLE).format(**known)
            action = (retry.removes and entry.removal) or entry.action
            return Hint(
                code=entry.code,
                meaning=entry.meaning.format(**known),
                action=action.format(**known),
            )
    return None
