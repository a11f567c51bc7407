from __future__ import annotations

import pytest

from stacksets.errors import DeploymentFileError
from tests.deployment_files import load, told


@pytest.mark.parametrize(
    ("asked", "environ", "expected"),
    [
        ("prod", {"ENVIRONMENT_SUFFIX": "test"}, ("prod", "--environment")),
        (None, {"ENVIRONMENT_SUFFIX": "test"}, ("test", "ENVIRONMENT_SUFFIX")),
        (None, {"ENVIRONMENT_SUFFIX": ""}, ("dev", "default")),
        (None, {}, ("dev", "default")),
    ],
)
def test_the_flag_wins_over_the_variable_and_dev_is_the_default(tmp_path, asked, environ, expected):
    deployment = load(
        tmp_path,
        environment=asked,
        environ=environ,
        stack_set={"admin_account": "111111111111"},
        environments={"prod": {}, "test": {}},
    )
    assert (deployment.environment, deployment.environment_source) == expected
    assert deployment.name == f"greeting-{expected[0]}"


def test_an_environment_without_a_table_names_the_nearest(tmp_path):
    assert told(tmp_path, environment="prdo", environments={"prod": {}}) == [
        ('--environment: "prdo" has no table [environments.prdo] (did you mean "prod"?)')
    ]


def test_a_file_without_environments_is_told_to_add_one(tmp_path):
    assert told(tmp_path, environments=None) == [
        ('[environments]: "dev" has no table [environments.dev] (add it, empty if nothing differs)')
    ]


def test_the_problems_of_the_tables_are_told_beside_that_of_the_environment(tmp_path):
    problems = told(tmp_path, environment="x", stack_set={"nmae": "y"})
    assert len(problems) == 2
    assert problems[1] == '[stack_set], nmae: is not a known key (did you mean "name"?)'


@pytest.mark.parametrize("name", ["", "9", "a b", "a/b", "ä", "{author}"])
def test_a_name_that_no_stack_set_could_carry_is_refused_even_where_a_pattern_admits_it(
    tmp_path, name
):
    assert told(tmp_path, environment=name, environments={"*": {}}) == [
        (f'--environment: is "{name}" (expected a letter, then letters, digits and hyphens)')
    ]


@pytest.mark.parametrize(
    ("asked", "environ", "source"),
    [
        ("x y", {}, "--environment"),
        ("prdo", {}, "--environment"),
        (None, {"ENVIRONMENT_SUFFIX": "x y"}, "ENVIRONMENT_SUFFIX"),
    ],
)
def test_a_wrong_name_is_blamed_on_what_names_it_and_not_on_the_file(
    tmp_path, asked, environ, source
):
    with pytest.raises(DeploymentFileError) as caught:
        load(tmp_path, environment=asked, environ=environ, environments={"prod": {}})

    assert caught.value.message == f"{source} is wrong"
    assert [one.where for one in caught.value.problems] == [source]


def test_a_wrong_name_and_a_file_with_a_problem_are_told_apart(tmp_path):
    wrong = {"stack_set": {"nmae": "y"}, "environments": {"prod": {}}}
    with pytest.raises(DeploymentFileError) as caught:
        load(tmp_path, environment="x y", **wrong)

    path = tmp_path / "stacksets.toml"
    assert caught.value.message == f"--environment is wrong, and {path} has a problem"


def test_a_pattern_admits_every_environment_that_it_matches(tmp_path):
    base = {"admin_account": "111111111111"}
    overlay = {"stack_set": {"description": "of a pull request"}}
    deployment = load(tmp_path, environment="pr-12", stack_set=base, environments={"pr-*": overlay})
    assert (deployment.environment, deployment.description) == ("pr-12", "of a pull request")


def test_a_table_of_exactly_that_name_wins_over_a_pattern_before_it(tmp_path):
    environments = {
        "d*": {"stack_set": {"description": "pattern"}},
        "dev": {"stack_set": {"description": "exact"}},
    }
    assert load(tmp_path, environments=environments).description == "exact"


def test_an_environment_is_laid_over_the_base_key_by_key_and_lists_as_a_whole(tmp_path):
    overlay = {
        "stack_set": {"parameters": {"Author": "b"}},
        "targets": [{"accounts": ["222222222222"], "regions": ["eu-west-1"]}],
    }
    deployment = load(
        tmp_path,
        stack_set={"parameters": {"Suffix": "s", "Author": "a"}},
        environments={"dev": overlay},
    )
    assert deployment.parameters == {"Suffix": "s", "Author": "b"}
    assert deployment.accounts() == ("222222222222",)
    assert deployment.regions() == ("eu-west-1",)


def test_a_table_laid_over_what_is_no_table_leaves_the_problem_where_it_is(tmp_path):
    overlay = {"smoke": {"output": "Endpoint", "path": ""}}
    assert told(tmp_path, smoke=3, environments={"dev": overlay}) == [
        "[smoke]: is 3 (expected a table)"
    ]


def test_what_is_no_table_laid_over_a_table_is_a_problem_of_the_environment(tmp_path):
    assert told(
        tmp_path, smoke={"output": "Endpoint", "path": ""}, environments={"dev": {"smoke": 3}}
    ) == ["[environments.dev.smoke]: is 3 (expected a table)"]


def test_a_percentage_of_an_environment_replaces_the_count_of_the_base(tmp_path):
    preferences = load(
        tmp_path,
        operation_preferences={"max_concurrent_count": 2, "failure_tolerance_count": 1},
        environments={"dev": {"operation_preferences": {"max_concurrent_percentage": 50}}},
    ).operation_preferences
    assert preferences.max_concurrent_count is None
    assert preferences.max_concurrent_percentage == 50
    assert preferences.failure_tolerance_count == 1


def test_a_count_of_an_environment_replaces_the_count_of_the_base(tmp_path):
    preferences = load(
        tmp_path,
        operation_preferences={"max_concurrent_count": 2},
        environments={"dev": {"operation_preferences": {"max_concurrent_count": 3}}},
    ).operation_preferences
    assert preferences.max_concurrent_count == 3


def test_outside_dev_the_administrator_account_is_required(tmp_path):
    assert told(tmp_path, environment="prod", environments={"prod": {}}) == [
        (
            "[stack_set], admin_account: is missing, and the environment is prod "
            "(outside dev the file names the account, so that other credentials are refused)"
        )
    ]


def test_a_problem_stands_where_it_was_written_in_the_environment_or_in_the_base(tmp_path):
    problems = told(
        tmp_path,
        stack_set={"informational": ["Nothing"]},
        operation_preferences={"region_order": ["us-east-2"]},
        environments={"dev": {"operation_preferences": {"region_order": ["us-west-2"]}}},
    )
    assert [one.partition(":")[0] for one in problems] == [
        "[environments.dev.operation_preferences], region_order 1",
        "[stack_set], informational 1",
    ]


def test_the_shape_of_environments_that_are_not_deployed_is_looked_at_too(tmp_path):
    assert told(tmp_path, environments={"dev": {}, "pr-*": {"rollout": {}}}) == [
        (
            '[environments."pr-*".rollout]: is not a known key (known here: stack_set, targets, '
            "overrides, operation_preferences, bootstrap, smoke, traffic)"
        )
    ]


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        (3, "[environments]: is 3 (expected a table)"),
        ({"dev": 3}, "[environments.dev]: is 3 (expected a table)"),
    ],
)
def test_environments_that_are_no_tables_are_a_problem(tmp_path, environments, expected):
    assert expected in told(tmp_path, environments=environments)
