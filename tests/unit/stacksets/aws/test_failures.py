from __future__ import annotations

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from stacksets.aws.failures import (
    AbsentError,
    AlreadyAcceptedError,
    NameTakenError,
    NotNowError,
    Origin,
    StackSetNotEmptyError,
)
from stacksets.errors import (
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

API = "cloudformation:UpdateStackSet"


def asked(error, *, api=API, known=True, profile=None):
    """Give the translation of what boto raises."""
    origin = Origin(region="us-west-2", region_is_known=known, profile=profile)
    with pytest.raises(StackSetsError) as caught, origin.asking(api):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


def refusal(code, message="said so", **answer):
    error = {"Code": code, "Message": message}
    return boto.ClientError({"Error": error, **answer}, "UpdateStackSet")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDenied", PermissionDeniedError),
        ("AccessDeniedException", PermissionDeniedError),
        ("UnauthorizedOperation", PermissionDeniedError),
        ("AuthorizationError", PermissionDeniedError),
        ("ExpiredToken", CredentialsError),
        ("ExpiredTokenException", CredentialsError),
        ("RequestExpired", CredentialsError),
        ("AuthFailure", CredentialsError),
        ("IncompleteSignature", CredentialsError),
        ("InvalidAccessKeyId", CredentialsError),
        ("InvalidClientTokenId", CredentialsError),
        ("InvalidSignatureException", CredentialsError),
        ("MissingAuthenticationTokenException", CredentialsError),
        ("SignatureDoesNotMatch", CredentialsError),
        ("UnrecognizedClientException", CredentialsError),
        ("RequestLimitExceeded", ServiceError),
        ("Throttled", ServiceError),
        ("Throttling", ServiceError),
        ("ThrottlingException", ServiceError),
        ("TooManyRequestsException", ServiceError),
        ("LimitExceededException", ServiceError),
        ("InternalFailure", ServiceError),
        ("", ServiceError),
        ("NoSuchEntity", AbsentError),
        ("NotFoundException", AbsentError),
        ("OperationNotFoundException", AbsentError),
        ("ResourceNotFoundException", AbsentError),
        ("StackInstanceNotFoundException", AbsentError),
        ("StackSetNotFoundException", AbsentError),
        ("NameAlreadyExistsException", NameTakenError),
        ("CreatedButModifiedException", NameTakenError),
        ("AlreadyExistsException", NameTakenError),
        ("StackNotFoundException", ConflictError),
        ("StackSetNotEmptyException", StackSetNotEmptyError),
        ("InvalidOperationException", NotNowError),
        ("OperationIdAlreadyExistsException", AlreadyAcceptedError),
        ("OperationInProgressException", OperationInProgressError),
        ("StaleRequestException", StalePlanError),
        ("InsufficientCapabilitiesException", InputError),
        ("ValidationError", InputError),
    ],
)
def test_each_code_of_aws_has_its_error(code, expected):
    assert type(asked(refusal(code))) is expected


def test_an_error_keeps_what_the_support_of_aws_asks_for():
    error = asked(refusal("InternalFailure", ResponseMetadata={"RequestId": "r-1"}))

    assert (error.api, error.aws_code, error.request_id) == (API, "InternalFailure", "r-1")
    assert "said so" in error.message


def test_a_denial_names_the_action_that_is_missing():
    said = (
        "User: arn:aws:iam::111111111111:user/u is not authorized to perform: iam:PassRole on "
        "resource: arn:aws:iam::111111111111:role/administration"
    )
    error = asked(refusal("AccessDenied", said))

    assert error.message.startswith("not allowed to call iam:PassRole in us-west-2")
    assert "needs iam:PassRole" in error.hint


@pytest.mark.parametrize(
    "said",
    [
        "Account used is not a delegated administrator",
        "Failed to check account is Delegated Administrator",
    ],
)
def test_who_is_no_delegated_administrator_hears_of_the_permission_that_may_be_missing(said):
    error = asked(refusal("ValidationError", said))

    assert type(error) is PermissionDeniedError
    assert error.exit_code == 4
    assert "organizations:ListDelegatedAdministrators" in error.hint


def test_an_account_without_an_organization_is_told_what_else_there_is():
    error = asked(refusal("AWSOrganizationsNotInUseException"))

    assert type(error) is PermissionDeniedError
    assert "SELF_MANAGED" in error.hint


def test_a_denial_without_an_action_names_the_call():
    assert f"needs {API}" in asked(refusal("AccessDenied")).hint


@pytest.mark.parametrize(
    ("profile", "typed"),
    [
        ("acme", "`aws sso login --profile acme`, then `export AWS_PROFILE=acme`"),
        (None, "`aws sso login --profile PROFILE`, then `export AWS_PROFILE=PROFILE`"),
    ],
)
@pytest.mark.parametrize(
    "error",
    [
        refusal("ExpiredToken"),
        refusal("InvalidClientTokenId"),
        boto.NoCredentialsError(),
        boto.UnauthorizedSSOTokenError(),
    ],
    ids=["expired", "invalid", "none", "SSO session over"],
)
def test_who_has_no_valid_credentials_is_told_what_to_type(error, profile, typed):
    translated = asked(error, profile=profile)

    assert isinstance(translated, CredentialsError)
    assert typed in translated.hint
    assert "stacksets local run" in translated.hint


def test_throttling_to_the_end_says_so():
    assert asked(refusal("Throttling")).message == f"AWS throttled {API} to the end: said so"


def test_a_quota_is_named_as_one():
    assert "meets a quota in us-west-2" in asked(refusal("LimitExceededException")).message


def test_an_operation_in_the_way_is_named():
    said = "Another Operation on StackSet arn:x is in progress: op-7"
    assert asked(refusal("OperationInProgressException", said)).operation_id == "op-7"


def test_an_operation_in_the_way_may_go_unnamed():
    assert asked(refusal("OperationInProgressException", "busy")).operation_id == ""


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ("cloudformation:GetTemplateSummary", "Invalid template resource property"),
        (API, "Template format error: JSON not well-formed."),
    ],
)
def test_a_validation_error_of_a_template_is_a_template_error(api, said):
    error = asked(refusal("ValidationError", said), api=api)

    assert isinstance(error, TemplateError)
    assert said in error.message


def test_a_value_that_breaks_a_constraint_is_to_be_mended_in_the_deployment_file():
    said = "Value 'x' at 'parameters.1' failed to satisfy constraint: Member must have length"

    assert "deployment file" in asked(refusal("ValidationError", said)).hint
    assert not asked(refusal("ValidationError", "something else")).hint


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (boto.PartialCredentialsError(provider="env", cred_var="key"), CredentialsError),
        (boto.ProfileNotFound(profile="x"), CredentialsError),
        (boto.SSOTokenLoadError(error_msg="none"), CredentialsError),
        (boto.TokenRetrievalError(provider="sso", error_msg="over"), CredentialsError),
        (boto.CredentialRetrievalError(provider="process", error_msg="1"), CredentialsError),
        (boto.ConfigParseError(path="config"), CredentialsError),
        (boto.InvalidRegionError(region_name="us east"), InputError),
        (boto.ParamValidationError(report="Name: too short"), InputError),
        (boto.EndpointConnectionError(endpoint_url="https://x"), ServiceError),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), ServiceError),
        (boto.ReadTimeoutError(endpoint_url="https://x"), ServiceError),
        (boto.ProxyConnectionError(proxy_url="http://x"), ServiceError),
        (boto.SSLError(endpoint_url="https://x", error="certificate"), ServiceError),
        (boto.BotoCoreError(), ServiceError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_boto_itself_raises_has_its_error(error, expected):
    assert type(asked(error)) is expected


def test_a_region_that_nobody_knows_and_that_does_not_answer_is_misspelt():
    error = asked(boto.EndpointConnectionError(endpoint_url="https://x"), known=False)

    assert isinstance(error, InputError)
    assert "us-west-2" in error.message


def test_an_id_that_no_operation_can_have_is_not_sought_in_the_deployment_file():
    said = "Value '../x' at 'operationId' failed to satisfy constraint: Member must satisfy"

    assert asked(refusal("ValidationError", said)).hint == (
        "`stacksets events` lists the ids of operations"
    )


def test_an_answer_that_is_not_aws_s_is_a_service_error():
    error = asked(ResponseParserError("<html>"))

    assert isinstance(error, ServiceError)
    assert "AWS_ENDPOINT_URL" in error.hint


def test_an_answer_that_lacks_what_every_answer_of_the_call_holds_is_not_aws_s_either():
    error = asked(KeyError("GetCallerIdentityResult"))

    assert isinstance(error, ServiceError)
    assert "not AWS's: it lacks 'GetCallerIdentityResult'" in error.message


@pytest.mark.parametrize(("status", "refused"), [(400, True), (429, True), (503, False)])
def test_an_answer_below_500_is_a_refusal_and_any_other_may_have_begun_something(status, refused):
    answered = {"ResponseMetadata": {"HTTPStatusCode": status}}

    assert asked(refusal("Throttling", **answered)).refused is refused
    assert asked(refusal("LimitExceeded")).refused is False


def test_every_error_of_botocore_is_translated():
    leaves = [one for one in vars(boto).values() if isinstance(one, type)]
    kinds = [one for one in leaves if issubclass(one, boto.BotoCoreError)]

    for kind in kinds:
        bare = kind.__new__(kind)
        assert isinstance(asked(bare), CredentialsError | InputError | ServiceError), kind
