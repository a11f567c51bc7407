"""boto's exceptions -> the tree of `stacksets.errors`, so that none leaves the package as it is.

Codes are those of the CloudFormation, IAM, STS, Lambda, API Gateway, CloudWatch Logs and
Organizations API references ("Errors" and "Common errors"); the query protocol spells some without
"Exception".
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from stacksets.errors import (
    AwsError,
    ConflictError,
    CredentialsError,
    InputError,
    OperationInProgressError,
    PermissionDeniedError,
    ServiceError,
    StackSetsError,
    StalePlanError,
    TemplateError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_OPERATION_ID = re.compile(r"is in progress: (\S+)")
_ACTION = re.compile(r"not authorized to perform: (\S+)")
_SERVER_ERROR = 500
_CONSTRAINT = "failed to satisfy constraint"
_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.ProfileNotFound,
    boto.CredentialRetrievalError,
    boto.ConfigNotFound,
    boto.ConfigParseError,
    boto.InvalidConfigError,
    boto.LoginError,
    boto.MetadataRetrievalError,
    boto.MissingDependencyException,
    boto.NoAuthTokenError,
    boto.RefreshWithMFAUnsupportedError,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.UnknownCredentialError,
)
_INPUT = (boto.InvalidRegionError, boto.UnknownRegionError, boto.ParamValidationError)


class AbsentError(StalePlanError):
    """What the call names is not there; `find_x` answers None instead."""


class AlreadyAcceptedError(ConflictError):
    """AWS has accepted an operation of that id before."""


class NameTakenError(StalePlanError):
    """What is to be created is there already: by somebody else, or by this very call before."""


class StackSetNotEmptyError(StalePlanError):
    """A stack set that is to be deleted holds stack instances, though lists may show none."""


class NotNowError(ConflictError):
    """The call is not valid in the present state (InvalidOperationException)."""


class NothingToUpdateError(InputError):
    """UpdateStack finds nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What AWS said no to, and what its answer holds."""

    api: str
    code: str
    message: str
    request_id: str
    status: int
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where calls come from: for the words of an error.

    `region_is_known` says whether this botocore has heard of the region; a newer one it has not.
    """

    region: str
    region_is_known: bool
    profile: str | None

    @contextmanager
    def asking(self, api: str) -> Iterator[None]:
        """Translate what goes wrong in the call `api`, spelled as IAM spells the action."""
        try:
            yield
        except boto.ClientError as error:
            raise _refused(error, api, self) from error
        except boto.BotoCoreError as error:
            raise _failed(error, api, self) from error
        except (ResponseParserError, KeyError) as error:
            # botocore looks for what every answer of the call holds, without a check.
            what = f"it lacks {error}" if isinstance(error, KeyError) else error
            raise ServiceError(
                f"{api} got an answer that is not AWS's: {what}",
                hint="is a proxy, a log-in page of the network or AWS_ENDPOINT_URL in between?",
                api=api,
            ) from error

    def login_hint(self) -> str:
        """Say what to type where the credentials are missing or refused."""
        profile = self.profile or "PROFILE"
        return (
            f"`aws sso login --profile {profile}`, then `export AWS_PROFILE={profile}`; "
            "`stacksets local run -- COMMAND` needs none"
        )


def _refused(error: boto.ClientError, api: str, origin: Origin) -> StackSetsError:
    answer = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    refusal = Refusal(
        api=api,
        code=answer.get("Code", ""),
        message=answer.get("Message", "") or str(error),
        request_id=metadata.get("RequestId", ""),
        status=metadata.get("HTTPStatusCode", _SERVER_ERROR),
        origin=origin,
    )
    return _BY_CODE.get(refusal.code.removesuffix("Exception"), _unexpected)(refusal)


def _failed(error: boto.BotoCoreError, api: str, origin: Origin) -> StackSetsError:
    if isinstance(error, _CREDENTIALS):
        return CredentialsError(f"no usable AWS credentials: {error}", hint=origin.login_hint())
    if isinstance(error, _INPUT):
        return InputError(
            f"{api} cannot be asked in {origin.region}: {error}",
            hint="check the names and regions in the deployment file",
        )
    if isinstance(error, boto.EndpointConnectionError) and not origin.region_is_known:
        return InputError(
            f"AWS answers nowhere in region {origin.region}: {error}",
            hint="is the region's name spelled right?",
        )
    return ServiceError(
        f"{api} got no answer in {origin.region}: {error}",
        hint="check the network, HTTPS_PROXY, AWS_CA_BUNDLE and AWS_ENDPOINT_URL",
        api=api,
    )


def _aws_error(kind: type[AwsError], refusal: Refusal, message: str, *, hint: str = "") -> AwsError:
    return kind(
        message,
        hint=hint,
        api=refusal.api,
        aws_code=refusal.code,
        request_id=refusal.request_id,
        refused=refusal.status < _SERVER_ERROR,
    )


def _denied(refusal: Refusal) -> AwsError:
    found = _ACTION.search(refusal.message)
    action = found[1] if found else refusal.api
    return _aws_error(
        PermissionDeniedError,
        refusal,
        f"not allowed to call {action} in {refusal.origin.region}: {refusal.message}",
        hint=f"the caller needs {action}; a deny in a service control policy also looks like this",
    )


def _no_organization(refusal: Refusal) -> AwsError:
    return _aws_error(
        PermissionDeniedError,
        refusal,
        f"the account of the credentials belongs to no organization: {refusal.message}",
        hint="use credentials of the organization's management account or of a delegated "
        "administrator, or accounts with SELF_MANAGED permissions",
    )


def _not_delegated(refusal: Refusal) -> AwsError:
    """AWS answers so as well where the caller is one and may not look that up."""
    return _aws_error(
        PermissionDeniedError,
        refusal,
        f"{refusal.api} is refused to this account in {refusal.origin.region}: {refusal.message}",
        hint="register the account as a delegated administrator of StackSets, and give the caller "
        "organizations:ListDelegatedAdministrators, without which AWS answers the same; the "
        'management account leaves call_as = "DELEGATED_ADMIN" out',
    )


def _expired(refusal: Refusal) -> AwsError:
    message = "the AWS credentials have expired"
    return _aws_error(CredentialsError, refusal, message, hint=refusal.origin.login_hint())


def _invalid_credentials(refusal: Refusal) -> AwsError:
    return _aws_error(
        CredentialsError,
        refusal,
        f"AWS does not accept these credentials in {refusal.origin.region}: {refusal.message}",
        hint=f"{refusal.origin.login_hint()} (an opt-in region that is not enabled and a wrong "
        "clock look the same)",
    )


def _throttled(refusal: Refusal) -> AwsError:
    message = f"AWS throttled {refusal.api} to the end: {refusal.message}"
    hint = "try again in a minute; what AWS has accepted goes on"
    return _aws_error(ServiceError, refusal, message, hint=hint)


def _limited(refusal: Refusal) -> AwsError:
    message = f"{refusal.api} meets a quota in {refusal.origin.region}: {refusal.message}"
    hint = "ask for more in the Service Quotas console, or remove what is not needed"
    return _aws_error(ServiceError, refusal, message, hint=hint)


def _unexpected(refusal: Refusal) -> AwsError:
    said = f"{refusal.code}: {refusal.message}"
    message = f"{refusal.api} failed in {refusal.origin.region}: {said}"
    return _aws_error(ServiceError, refusal, message, hint="AWS's side: try again later")


def _invalid(refusal: Refusal) -> StackSetsError:
    said = refusal.message
    if "delegated administrator" in said.lower():
        return _not_delegated(refusal)
    if "does not exist" in said:
        return AbsentError(said)
    if "No updates are to be performed" in said:
        return NothingToUpdateError(said)
    if refusal.api == "cloudformation:GetTemplateSummary" or said.startswith("Template"):
        return TemplateError(
            f"AWS refuses the template: {said}", hint="mend it; cfn-lint tells the place"
        )
    mending = (
        "`stacksets events` lists the ids of operations"
        if "at 'operationId' " in said
        else "mend the value in the deployment file"
    )
    hint = mending if _CONSTRAINT in said else ""
    return InputError(f"AWS refuses the input of {refusal.api}: {said}", hint=hint)


def _in_progress(refusal: Refusal) -> ConflictError:
    found = _OPERATION_ID.search(refusal.message)
    return OperationInProgressError(
        refusal.message,
        hint="run the command again: it waits for that operation and plans anew",
        operation_id=found[1] if found else "",
    )


def _stale(refusal: Refusal) -> ConflictError:
    hint = "another operation came in between; run the command again"
    return StalePlanError(refusal.message, hint=hint)


def _name_taken(refusal: Refusal) -> ConflictError:
    hint = "somebody else made it meanwhile; run the command again"
    return NameTakenError(refusal.message, hint=hint)


def _not_empty(_: Refusal) -> ConflictError:
    hint = "AWS's lists of stack instances lag: run the same command again in a minute"
    return StackSetNotEmptyError("AWS says that the stack set is not empty yet", hint=hint)


def _stack_not_found(refusal: Refusal) -> ConflictError:
    """Of units AWS says so as well where the stack's account is below none of those named."""
    hint = "it was there a moment ago; run the command again, which looks for it anew"
    return ConflictError(f"{refusal.api}: {refusal.message}", hint=hint)


def _capabilities(refusal: Refusal) -> InputError:
    hint = "name them in [stack_set] capabilities of the deployment file"
    return InputError(f"the template needs capabilities: {refusal.message}", hint=hint)


_BY_CODE: Mapping[str, Callable[[Refusal], StackSetsError]] = {
    **dict.fromkeys(("AccessDenied", "UnauthorizedOperation", "AuthorizationError"), _denied),
    **dict.fromkeys(("ExpiredToken", "RequestExpired"), _expired),
    **dict.fromkeys(
        (
            "AuthFailure",
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignature",
            "MissingAuthenticationToken",
            "SignatureDoesNotMatch",
            "UnrecognizedClient",
        ),
        _invalid_credentials,
    ),
    **dict.fromkeys(
        ("RequestLimitExceeded", "Throttled", "Throttling", "TooManyRequests"), _throttled
    ),
    **dict.fromkeys(
        (
            "AccountNotFound",
            "ChildNotFound",
            "DashboardNotFoundError",
            "NoSuchEntity",
            "NoSuchHealthCheck",
            "NotFound",
            "OperationNotFound",
            "ParentNotFound",
            "ResourceNotFound",
            "StackInstanceNotFound",
            "StackSetNotFound",
        ),
        lambda refusal: AbsentError(refusal.message, hint="run the command again"),
    ),
    **dict.fromkeys(("NameAlreadyExists", "CreatedButModified", "AlreadyExists"), _name_taken),
    "AWSOrganizationsNotInUse": _no_organization,
    "InsufficientCapabilities": _capabilities,
    "InvalidOperation": lambda refusal: NotNowError(f"{refusal.api}: {refusal.message}"),
    "LimitExceeded": _limited,
    "OperationIdAlreadyExists": lambda refusal: AlreadyAcceptedError(refusal.message),
    "OperationInProgress": _in_progress,
    "StackNotFound": _stack_not_found,
    "StackSetNotEmpty": _not_empty,
    "StaleRequest": _stale,
    "ValidationError": _invalid,
}
