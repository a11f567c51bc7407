"""The errors that Organizations answers; codes and reasons are the service model's.

The sentences of an account outside any organization and of missing permissions are AWS's own.
"""

from __future__ import annotations

from stacksets.local.control_plane.errors import ApiError


class ReasonedError(ApiError):
    """An error with the reason that Organizations gives beside code and sentence."""

    def __init__(self, code: str, message: str, *, reason: str) -> None:
        super().__init__(code, message)
        self.reason = reason


def not_in_use() -> ApiError:
    """The account is in no organization."""
    return ApiError(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
    )


def access_denied() -> ApiError:
    """Only the management account may do this, or only it and delegated administrators."""
    return ApiError("AccessDeniedException", "You don't have permissions to access this resource.")


def already_in_organization() -> ApiError:
    """The account is in an organization."""
    return ApiError(
        "AlreadyInOrganizationException", "The AWS account is already a member of an organization."
    )


def invalid_input(message: str) -> ApiError:
    """The request breaks a rule of the API."""
    return ReasonedError("InvalidInputException", message, reason="INVALID_PATTERN")


def account_not_found(account: str) -> ApiError:
    """The organization has no such account."""
    return ApiError(
        "AccountNotFoundException", f"We can't find an account with the AccountId {account}"
    )


def parent_not_found(parent: str) -> ApiError:
    """The organization has no such root or unit."""
    return ApiError("ParentNotFoundException", f"We can't find a parent with the ParentId {parent}")


def already_registered(account: str) -> ApiError:
    """The account is a delegated administrator of the service."""
    return ApiError(
        "AccountAlreadyRegisteredException",
        f"The account {account} is already a delegated administrator for this service",
    )


def not_registered(account: str) -> ApiError:
    """The account is no delegated administrator of the service."""
    return ApiError(
        "AccountNotRegisteredException",
        f"The account {account} is not a delegated administrator for this service",
    )


def master_cannot_leave() -> ApiError:
    """The management account cannot be removed from its organization."""
    return ApiError(
        "MasterCannotLeaveOrganizationException",
        "You can't remove the management account from its organization",
    )


def handshake_not_found(handshake: str) -> ApiError:
    """There is no such invitation to this account."""
    return ApiError(
        "HandshakeNotFoundException", f"We can't find a handshake with the Id {handshake}"
    )


def constraint_violated(reason: str, message: str) -> ApiError:
    """What is asked for breaks a rule of organizations, which `reason` names."""
    return ReasonedError("ConstraintViolationException", message, reason=reason)
