"""What can go wrong, as one tree that a caller can catch at any height.

    StackSetsError
    ├── InputError (3)          DeploymentFileError, TemplateError, UnsafePlanError,
    │                           ImportRefusedError
    ├── AwsError                CredentialsError, PermissionDeniedError (4), ServiceError (5)
    ├── NotReadyError (4)       what an account lacks before the first write; UnfitInputError (3)
    ├── ConflictError (6)       OperationInProgressError, StalePlanError
    ├── OperationError (5)      OperationFailedError, OperationStoppedError
    ├── StillRunningError (7)
    └── DetachedError (130)     interrupted; what was started goes on in AWS

Those that tell all that is wrong at once are a ProblemsError as well: DeploymentFileError,
ImportRefusedError and NotReadyError.

A message says where and what, a hint says what to do. Only `stacksets.cli.main` catches, prints and
exits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.outcome import RootCause

Source = Literal["user", "tool", "aws"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input: where it stands, what was there and what was expected.

    `where` is a path into the file (`[[targets]] 2, accounts`), `hint` what mends it. `is_input`
    tells what the pre-flight finds in the file or the template from what an account lacks.
    """

    where: str
    what: str
    hint: str = ""
    is_input: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class StackSetsError(Exception):
    """The root of everything that this package raises on purpose."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "STACKSETS_BUG"
    source: ClassVar[Source] = "tool"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Tell all of it, as a traceback shows it: each detail on a line, then the hint."""
        hint = (f"→ {self.hint}",) if self.hint else ()
        return "\n".join((self.message, *(f"  - {one}" for one in self.details), *hint))

    @property
    def details(self) -> tuple[str, ...]:
        """Give what the message only sums up, one sentence each."""
        return ()

    def to_dict(self) -> dict[str, object]:
        """Give the error as JSON-ready data with a stable code."""
        return {
            "code": self.code,
            "source": self.source,
            "exit_code": self.exit_code,
            "message": self.message,
            "hint": self.hint,
        }


class ProblemsError(StackSetsError):
    """All that is wrong, told at once: `problems`."""

    def __init__(self, message: str, *, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)

    @property
    def details(self) -> tuple[str, ...]:
        """Give every problem."""
        return tuple(map(str, self.problems))

    def to_dict(self) -> dict[str, object]:
        """Add the problems, one entry each."""
        problems = [{"where": p.where, "what": p.what, "hint": p.hint} for p in self.problems]
        return {**super().to_dict(), "problems": problems}


class InputError(StackSetsError):
    """What the user gave cannot be used."""

    exit_code = 3
    code = "INPUT_REFUSED"
    source = "user"


class DeploymentFileError(ProblemsError, InputError):
    """The deployment file has problems; all of them are told at once."""

    code = "DEPLOYMENT_FILE"


class ImportRefusedError(ProblemsError, InputError):
    """Stacks cannot become stack instances as they are; all problems of all are told at once."""

    code = "IMPORT_REFUSED"


class TemplateError(InputError):
    """The template cannot be read, parsed or resolved, or cfn-lint finds errors: `findings`."""

    code = "TEMPLATE"

    def __init__(self, message: str, *, hint: str = "", findings: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)

    @property
    def details(self) -> tuple[str, ...]:
        """Give every finding."""
        return self.findings

    def to_dict(self) -> dict[str, object]:
        """Add what cfn-lint found, one entry each."""
        return {**super().to_dict(), "findings": list(self.findings)}


class NoActiveRegionError(InputError):
    """A drain or a removal would leave an account without a region that takes traffic."""

    code = "NO_ACTIVE_REGION"


class UnsafePlanError(InputError):
    """The plan needs a consent (`--yes`, `--allow-delete`, a typed name) that was not given."""

    code = "UNSAFE_PLAN"


class AwsError(StackSetsError):
    """AWS answered with an error; `api` is the call, `aws_code` AWS's own code.

    `refused` says that AWS has answered with a no (a status below 500): the call began nothing.
    """

    code = "AWS"
    source: ClassVar[Source] = "aws"
    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        api: str = "",
        aws_code: str = "",
        request_id: str = "",
        refused: bool = False,
    ) -> None:
        super().__init__(message, hint=hint)
        self.refused = refused
        self.api = api
        self.aws_code = aws_code
        self.request_id = request_id

    def to_dict(self) -> dict[str, object]:
        """Add the call, AWS's code and the request id, which AWS's support asks for."""
        aws = {"api": self.api, "aws_code": self.aws_code, "request_id": self.request_id}
        return {**super().to_dict(), **aws}


class CredentialsError(AwsError):
    """No credentials, expired ones, or those of another account than the file names."""

    exit_code = 4
    code = "CREDENTIALS"
    source = "user"


class PermissionDeniedError(AwsError):
    """The caller may not make this call."""

    exit_code = 4
    code = "PERMISSION_DENIED"


class ServiceError(AwsError):
    """Throttled to the end, a 5xx, a lost connection, or an answer that nothing here expects."""

    code = "SERVICE"


class NotReadyError(ProblemsError):
    """What the accounts lack before the first write; every lack is told, nothing was changed."""

    exit_code = 4
    code = "NOT_READY"
    source = "user"


class UnfitInputError(NotReadyError):
    """All that keeps the first write from going well stands in the file or the template."""

    exit_code = 3
    code = "UNFIT_INPUT"


class ConflictError(StackSetsError):
    """The world is not as the plan needs it."""

    exit_code = 6
    code = "CONFLICT"
    source = "aws"


class OperationInProgressError(ConflictError):
    """Another operation runs on the stack set; `operation_id` names it."""

    code = "OPERATION_IN_PROGRESS"

    def __init__(self, message: str, *, hint: str = "", operation_id: str = "") -> None:
        super().__init__(message, hint=hint)
        self.operation_id = operation_id

    def to_dict(self) -> dict[str, object]:
        """Add the operation, empty where AWS does not name it."""
        return {**super().to_dict(), "operation_id": self.operation_id}


class StalePlanError(ConflictError):
    """What the plan was made from is no longer so; `moved` says what of it."""

    code = "STALE_PLAN"

    def __init__(self, message: str, *, hint: str = "", moved: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.moved = tuple(moved)

    @property
    def details(self) -> tuple[str, ...]:
        """Give everything that has moved."""
        return self.moved

    def to_dict(self) -> dict[str, object]:
        """Add what has moved, one entry each."""
        return {**super().to_dict(), "moved": list(self.moved)}


class OperationError(StackSetsError):
    """It was carried out and did not succeed."""

    exit_code = 5
    code = "OPERATION"
    source = "aws"


class OperationFailedError(OperationError):
    """Stack instances failed; `root_causes` says why, once per cause."""

    code = "OPERATION_FAILED"

    def __init__(
        self, message: str, *, hint: str = "", root_causes: Sequence[RootCause] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.root_causes = tuple(root_causes)

    @property
    def details(self) -> tuple[str, ...]:
        """Give every root cause with its place."""
        return tuple(f"{one.key} {one.logical_id}: {one.reason}" for one in self.root_causes)


class OperationStoppedError(OperationError):
    """The operation was stopped before its end."""

    code = "OPERATION_STOPPED"


class StillRunningError(StackSetsError):
    """We stopped waiting; the operation goes on in AWS. The hint is the command that goes on."""

    exit_code = 7
    code = "STILL_RUNNING"
    source = "aws"


class DetachedError(StackSetsError):
    """Interrupted by Ctrl-C; the operation goes on in AWS. The hint says how to go on here."""

    exit_code = 130
    code = "DETACHED"
    source = "user"
