"""The errors that StackSets answers; codes are the service model's.

The sentences of a missing stack set, of one that is not empty, of an operation in progress, of
capabilities and of throttling are AWS's own, since tools read them; the others are ours.
"""

from __future__ import annotations


class ApiError(Exception):
    """An answer that is an error: `code` as it stands on the wire, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def validation_error(message: str) -> ApiError:
    """The request breaks a rule of the API."""
    return ApiError("ValidationError", message)


def not_emulated(what: str) -> ApiError:
    """The request is sound on AWS, and this emulator does not have what it asks for."""
    return validation_error(f"{what} is not in this emulator")


def stack_set_not_found(name: str) -> ApiError:
    """No ACTIVE stack set has this name, and no stack set this id."""
    return ApiError("StackSetNotFoundException", f"StackSet {name} not found")


def name_already_exists(name: str) -> ApiError:
    """An ACTIVE stack set has this name."""
    return ApiError("NameAlreadyExistsException", f"StackSet {name} already exists")


def created_but_modified(name: str) -> ApiError:
    """The stack set that this client token made is not what the request describes."""
    return ApiError(
        "CreatedButModifiedException", f"StackSet {name} has been modified since its creation"
    )


def stack_set_not_empty() -> ApiError:
    """A stack set that has stack instances cannot be deleted."""
    return ApiError("StackSetNotEmptyException", "StackSet is not empty")


def operation_in_progress(arn: str, operation_id: str) -> ApiError:
    """Another operation runs; deployers read its id from the sentence."""
    return ApiError(
        "OperationInProgressException",
        f"Another Operation on StackSet {arn} is in progress: {operation_id}",
    )


def operation_id_exists(operation_id: str) -> ApiError:
    """The operation id was used before."""
    return ApiError(
        "OperationIdAlreadyExistsException", f"Operation id {operation_id} already exists"
    )


def operation_not_found(operation_id: str) -> ApiError:
    """The stack set has no operation of this id."""
    return ApiError("OperationNotFoundException", f"Operation {operation_id} not found")


def instance_not_found(account: str, region: str) -> ApiError:
    """The stack set has no stack instance in this account and region."""
    return ApiError(
        "StackInstanceNotFoundException",
        f"Stack instance for account {account} and region {region} not found",
    )


def invalid_operation(message: str) -> ApiError:
    """What is asked for cannot be done now."""
    return ApiError("InvalidOperationException", message)


def limit_exceeded(message: str) -> ApiError:
    """A quota is used up."""
    return ApiError("LimitExceededException", message)


def stack_not_found(stack_id: str) -> ApiError:
    """There is no stack of this ARN."""
    return ApiError("StackNotFoundException", f"Stack with id {stack_id} does not exist")


def insufficient_capabilities(missing: tuple[str, ...]) -> ApiError:
    """The template needs capabilities that the request does not acknowledge."""
    return ApiError(
        "InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]"
    )


def throttling() -> ApiError:
    """The caller is too fast."""
    return ApiError("Throttling", "Rate exceeded")
