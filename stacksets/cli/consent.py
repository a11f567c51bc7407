"""Who may say yes to what: a write needs consent, a deletion needs it twice.

`--yes` and `--allow-delete` have no environment variable, so that no forgotten setting consents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import StalePlanError, UnsafePlanError
from stacksets.report.plan import plan_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.cli.session import Session
    from stacksets.model.plan import Plan

_UNCHANGED = "nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was agreed to on the command line, and how the rest is asked for.

    With `by_name` a plain "y" is not enough, the stack set's name must be typed (destroy).
    With `verbatim` no plan passes that comes up on the way: only the saved one was agreed to.
    """

    session: Session
    yes: bool
    allow_delete: bool
    by_name: bool = False
    verbatim: bool = False

    def __call__(self, plan: Plan) -> None:
        """Show a plan that came up on the way, and ask for it as for the first."""
        if self.verbatim:
            raise StalePlanError(
                "the world has moved while the saved plan was carried out; what is done stays",
                hint="`stacksets plan` shows what is left",
            )
        self.session.report.tell(plan_message(plan))
        self.to_plan(plan)

    def to_plan(self, plan: Plan) -> None:
        """Let a plan pass, or raise UnsafePlanError before anything is written."""
        self.to_plans((plan,))

    def to_plans(self, plans: Sequence[Plan]) -> None:
        """Let several plans pass by one consent, or raise UnsafePlanError before any is begun."""
        writing = [one for one in plans if one.writes]
        if not writing:
            return
        self._check_flags(deletes=any(one.deletes for one in writing))
        if not self.yes:
            self._ask([one.stack_set_name for one in writing])

    def to_write(self, question: str) -> None:
        """Let a change pass that is no plan and deletes nothing."""
        if self.yes:
            return
        if not self.session.is_interactive:
            raise UnsafePlanError(
                f"{question} Nobody is there to be asked; {_UNCHANGED}", hint="add --yes to agree"
            )
        self._ask_yes(question)

    def _check_flags(self, *, deletes: bool) -> None:
        missing = []
        if not self.yes and not self.session.is_interactive:
            missing.append("--yes")
        if deletes and not self.allow_delete:
            missing.append("--allow-delete")
        if missing:
            what = "deletes" if "--allow-delete" in missing else "changes AWS"
            raise UnsafePlanError(
                f"the plan {what} and was not agreed to; {_UNCHANGED}",
                hint=f"read the plan, then add {' '.join(missing)}",
            )

    def _ask(self, names: Sequence[str]) -> None:
        several, wanted = len(names) > 1, " ".join(names)
        if not self.by_name:
            self._ask_yes(f"Carry these {len(names)} plans out?" if several else "Carry this out?")
            return
        question = (
            f"Type the names of the stack sets ({wanted}) to remove them:"
            if several
            else f"Type the stack set's name ({wanted}) to remove it:"
        )
        if self.session.ask(question) != wanted:
            raise UnsafePlanError(f"the name was not typed; {_UNCHANGED}", hint=_AGAIN)

    def _ask_yes(self, question: str) -> None:
        if self.session.ask(f"{question} [y/N]").lower() not in {"y", "yes"}:
            raise UnsafePlanError(f"not agreed to; {_UNCHANGED}", hint=_AGAIN)


_AGAIN = "run the command again when you are sure"
