"""What a local run says was otherwise than on AWS."""

from __future__ import annotations

from stacksets.local.run import describe_differences


def described(*runtimes: str, kept_only: tuple[str, ...] = ()) -> list[str]:
    return [*describe_differences(runtimes=runtimes, kept_only=kept_only, python_version="3.11")]


def test_a_function_that_was_run_on_another_python_is_named_and_none_on_its_own() -> None:
    assert described("python3.11", "python3.14") == [
        "local     a function whose template says Python 3.14 was run on Python 3.11"
    ]


def test_what_nothing_acts_on_is_named_and_nothing_where_there_is_none() -> None:
    assert described() == []
    assert described(kept_only=("alarms (no metrics)", "dashboards")) == [
        "local     kept as set, nothing acts on them: alarms (no metrics); dashboards"
    ]
