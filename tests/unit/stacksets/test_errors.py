import inspect

import pytest

from stacksets import errors
from stacksets.errors import (
    AwsError,
    DeploymentFileError,
    ImportRefusedError,
    NotReadyError,
    OperationFailedError,
    Problem,
    ProblemsError,
    StackSetsError,
    StalePlanError,
    TemplateError,
)
from stacksets.model.outcome import RootCause
from tests.builders import ACCOUNT, EAST

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, StackSetsError)
]
LISTS = [DeploymentFileError, ImportRefusedError, NotReadyError]
LEAVES = [kind for kind in ALL if not kind.__subclasses__()]
DOCUMENTED_EXIT_CODES = {3, 4, 5, 6, 7, 130}


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_documented_exit_code_and_a_code_of_its_own(kind):
    assert kind.exit_code in DOCUMENTED_EXIT_CODES
    assert [other for other in ALL if other.code == kind.code] == [kind]


def test_an_error_is_given_as_data_with_its_hint():
    assert StackSetsError("broken", hint="mend it").to_dict() == {
        "code": "STACKSETS_BUG",
        "source": "tool",
        "exit_code": 1,
        "message": "broken",
        "hint": "mend it",
    }


CAUSE = RootCause(account=ACCOUNT, region=EAST, logical_id="Topic", reason="no room")


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (StackSetsError("broken"), ["broken"]),
        (StackSetsError("broken", hint="mend it"), ["broken", "→ mend it"]),
        (TemplateError("bad", findings=["E1 there"]), ["bad", "  - E1 there"]),
        (StalePlanError("old", moved=["a tag"]), ["old", "  - a tag"]),
        (
            OperationFailedError("failed", root_causes=[CAUSE]),
            ["failed", f"  - {ACCOUNT}/us-east-1 Topic: no room"],
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_that_nobody_catches_tells_all_of_it(error, lines):
    assert str(error).splitlines() == lines


@pytest.mark.parametrize("kind", LISTS)
def test_all_problems_are_told_as_text_and_given_as_data(kind):
    problems = [
        Problem(where="[[targets]] 1", what="no regions", hint="name one"),
        Problem(where="here", what="wrong"),
    ]

    error = kind("bad", hint="mend it", problems=problems)

    assert isinstance(error, ProblemsError)
    assert error.details == ("[[targets]] 1: no regions (name one)", "here: wrong")
    assert str(error).splitlines() == ["bad", *(f"  - {one}" for one in error.details), "→ mend it"]
    assert error.to_dict()["problems"] == [
        {"where": "[[targets]] 1", "what": "no regions", "hint": "name one"},
        {"where": "here", "what": "wrong", "hint": ""},
    ]


@pytest.mark.parametrize("kind", LISTS)
def test_an_error_that_lists_problems_may_have_none(kind):
    assert (str(kind("bad")), kind("bad").problems) == ("bad", ())


def test_an_error_of_aws_names_the_call_and_the_request():
    error = AwsError("no", api="CreateStackSet", aws_code="Throttling", request_id="r-1")
    data = error.to_dict()
    assert (data["api"], data["aws_code"], data["request_id"]) == (
        "CreateStackSet",
        "Throttling",
        "r-1",
    )


@pytest.mark.parametrize(
    ("hint", "words"), [("", "here: wrong"), ("mend it", "here: wrong (mend it)")]
)
def test_a_problem_reads_as_a_sentence(hint, words):
    assert str(Problem(where="here", what="wrong", hint=hint)) == words


def test_a_failed_operation_carries_its_root_causes():
    assert OperationFailedError("failed").root_causes == ()
