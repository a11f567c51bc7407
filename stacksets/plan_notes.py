"""What a deploy's plan has to say beside its steps, for people: pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from stacksets.definition import find_informational
from stacksets.organization import idle_override_notes, organization_notes
from stacksets.parameter_values import no_echo_parameters
from stacksets.removals import kept_notes, unimportable_notes
from stacksets.traffic import name_few

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.steps import Decisions


def deploy_notes(
    deployment: Deployment, observed: StackSet | None, decisions: Decisions, *, busy: bool
) -> Iterator[str]:
    """Say what people should know of a deploy and see in none of its steps.

    `busy` is whether there are steps at all: what waits for the next change may travel with them.
    """
    yield from (one.note for one in decisions.changes if one.note)
    yield from kept_notes(one.instance for one in decisions.changes if not one.note)
    yield from organization_notes(deployment)
    there = (one.instance for one in decisions.changes if not one.instance.kind.leaves_stack_set)
    yield from idle_override_notes(deployment, (one.key for one in there))
    if observed is None:
        return
    changes = (one.instance for one in decisions.changes)
    yield from unimportable_notes(deployment, observed, changes)
    hidden = no_echo_parameters(deployment.template.content)
    for name in sorted(hidden - set(decisions.sent)):
        yield (
            f"parameter {name} is NoEcho and cannot be compared; every update of the definition "
            f"sends it, --send {name} sends it now"
        )
    for one in find_informational(decisions.definition, observed, deployment.informational):
        when = "travels with this change" if busy else "will travel with the next change"
        yield f"{one.path}: {one.observed} -> {one.desired} {when}"
    yield from _bytes_note(decisions, observed)
    if not observed.stacks_looked_up:
        yield "the stacks of the stack instances were not looked up; --audit looks them up"
    yield from _unread_note(observed)
    yield from _lacking_tags_note(observed)


def _lacking_tags_note(observed: StackSet) -> Iterator[str]:
    """Say that AWS calls stacks CURRENT which have not the tags that the stack set gives."""
    lacking = [one for one in observed.instances if one.is_healthy and one.lacking_tags]
    if lacking:
        tags = sorted({name for one in lacking for name in one.lacking_tags})
        places = name_few([str(one.key) for one in lacking])
        whose = (
            f"the stack of {places} has"
            if len(lacking) == 1
            else f"{len(lacking)} stacks ({places}) have"
        )
        yield (
            f"{whose} not the stack set's tag {', '.join(tags)}, though AWS calls it CURRENT; the "
            "next change of the definition brings it"
        )


def _unread_note(observed: StackSet) -> Iterator[str]:
    """Say that nobody could tell of some stacks whether they are there: one may be gone."""
    unread = {one.key: one.unread.why for one in observed.instances if one.unread}
    whose = (
        "instance nobody could tell whether its stack is"
        if len(unread) == 1
        else "instances nobody could tell whether their stacks are"
    )
    for key, why in list(unread.items())[:1]:
        yield f"of {len(unread)} stack {whose} there, `stacksets status` names them; {key}: {why}"


def _bytes_note(decisions: Decisions, observed: StackSet) -> Iterator[str]:
    """Say that two templates differ in spacing or order alone: an auditor compares their sha256."""
    there = hashlib.sha256(observed.template_body.encode()).hexdigest()
    here = decisions.definition.template_sha256
    if here != there and not any(one.path.startswith("Template") for one in decisions.differences):
        yield (
            f"the template says what the deployed one says in other bytes (sha256 {here[:12]}…, "
            f"deployed {there[:12]}…); they travel with the next change of the definition"
        )
