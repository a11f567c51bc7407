"""Who may say yes to what: a write needs consent, a deletion needs it twice.

`--yes` and `--allow-delete` have no environment variable, so that no forgotten setting consents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import UnsafePlanError
from stacksets.report.plan import plan_message

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.model.plan import Plan

_UNCHANGED = "nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was agreed to on the command line, and how the rest is asked for.

    `typed_name` is the stack set's name where a plain "y" is not enough (destroy).
    """

    session: Session
    yes: bool
    allow_delete: bool
    typed_name: str | None = None

    def __call__(self, plan: Plan) -> None:
        """Show a plan that came up on the way, and ask for it as for the first."""
        self.session.report.tell(plan_message(plan))
        self.to_plan(plan)

    def to_plan(self, plan: Plan) -> None:
        """Let a plan pass, or raise UnsafePlanError before anything is written."""
        if not plan.writes:
            return
        self._check_flags(deletes=plan.deletes)
        if not self.yes:
            self._ask()

    def to_write(self, question: str) -> None:
        """Let a change pass that is no plan and deletes nothing."""
        self._check_flags(deletes=False)
        if not self.yes:
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

    def _ask(self) -> None:
        if self.typed_name is None:
            self._ask_yes("Carry this out?")
            return
        typed = self.session.ask(f"Type the stack set's name ({self.typed_name}) to remove it:")
        if typed != self.typed_name:
            raise UnsafePlanError(f"the name was not typed; {_UNCHANGED}", hint=_AGAIN)

    def _ask_yes(self, question: str) -> None:
        if self.session.ask(f"{question} [y/N]").lower() not in {"y", "yes"}:
            raise UnsafePlanError(f"not agreed to; {_UNCHANGED}", hint=_AGAIN)


_AGAIN = "run the command again when you are sure"
