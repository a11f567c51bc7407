from __future__ import annotations

import json

import pytest

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment
from stacksets.load.places import tell_value
from tests.deployment_files import TEMPLATE, a_document, load, told, write_file

OTHER = "222222222222"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", "9lives", 'is "9lives" (expected a letter, then letters, digits and hyphens)'),
        ("name", "a" * 81, f'is "{"a" * 60}…" (expected at most 80 characters)'),
        ("name", "a_b", 'is "a_b" (expected a letter, then letters, digits and hyphens)'),
        ("name", "a\n", 'is "a\n" (expected a letter, then letters, digits and hyphens)'),
        ("description", "", 'is "" (expected not empty)'),
        ("description", "d" * 1025, f'is "{"d" * 60}…" (expected at most 1024 characters)'),
        ("template", "", 'is "" (expected not empty)'),
        (
            "admin_account",
            111111111111,
            "is 111111111111 (expected a string, in quotes)",
        ),
        (
            "admin_account",
            "\uff11" * 12,
            "expected an account id, a string of 12 digits",
        ),
        ("admin_account", "self", 'is "self" (expected an account id, a string of 12 digits)'),
        ("home_region", "useast1", 'is "useast1" (expected a region such as "us-east-1")'),
        ("read_role_name", "a/b", 'is "a/b" (expected a role name: letters, digits and +=,.@_-)'),
        (
            "administration_role_arn",
            "arn:aws:iam::x:role/a",
            (
                'is "arn:aws:iam::x:role/a" '
                '(expected a role such as "arn:aws:iam::{admin_account}:role/NAME")'
            ),
        ),
        ("managed_execution", "yes", 'is "yes" (expected true or false)'),
        (
            "permission_model",
            "MANAGED",
            "is \"MANAGED\" (expected one of 'SELF_MANAGED' or 'SERVICE_MANAGED')",
        ),
        ("tags", [], "is an empty list (expected a table)"),
        ("informational", "Author", 'is "Author" (expected a list)'),
        ("unique_across_accounts", "Suffix", 'is "Suffix" (expected a list)'),
        ("call_as", "ME", "is \"ME\" (expected one of 'SELF' or 'DELEGATED_ADMIN')"),
        ("rollout", "x", "is not a known key (known here: name, template, "),
        ("home_regoin", "x", 'is not a known key (did you mean "home_region"?)'),
    ],
)
def test_a_wrong_value_says_what_was_there_and_what_was_expected(tmp_path, key, value, expected):
    [problem] = told(tmp_path, stack_set={key: value})
    assert problem.startswith(f"[stack_set], {key}: ")
    assert expected in problem


def test_capabilities_are_those_of_aws(tmp_path):
    [problem] = told(tmp_path, stack_set={"capabilities": ["CAPABILITY_IAM", "ALL"]})
    assert problem.startswith('[stack_set], capabilities 2: is "ALL" (expected one of ')


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        ({"max_concurrent_count": 0}, "max_concurrent_count: is 0 (expected at least 1)"),
        (
            {"failure_tolerance_percentage": 101},
            "failure_tolerance_percentage: is 101 (expected at most 100)",
        ),
        (
            {"max_concurrent_count": True},
            "max_concurrent_count: is true (expected a whole number)",
        ),
        (
            {"region_concurrency": "AT_ONCE"},
            "region_concurrency: is \"AT_ONCE\" (expected one of 'SEQUENTIAL' or 'PARALLEL')",
        ),
        (
            {"max_concurrent_count": 1, "max_concurrent_percentage": 1},
            "max_concurrent_percentage: stands beside max_concurrent_count (one of the two)",
        ),
        (
            {"failure_tolerance_count": 1, "failure_tolerance_percentage": 1},
            "failure_tolerance_percentage: stands beside failure_tolerance_count (one of the two)",
        ),
        (
            {"region_order": ["us-west-2"]},
            'region_order 1: "us-west-2" is not among the targets (did you mean "us-west-1"?)',
        ),
        (
            {"region_order": ["us-east-1", "us-east-1"]},
            'region_order 2: names "us-east-1" again',
        ),
    ],
)
def test_operation_preferences_that_aws_would_refuse_are_problems(tmp_path, preferences, expected):
    assert told(tmp_path, operation_preferences=preferences) == [
        f"[operation_preferences], {expected}"
    ]


def test_every_problem_is_told_at_once_wherever_it_stands(tmp_path):
    problems = told(
        tmp_path,
        stack_set={"name": "9", "template": "gone.json", "tags": {"": "x"}},
        targets=[{"accounts": ["12"], "regions": ["us-east-1"], "organizational_units": []}],
        overrides=[{"parameters": {"Author": "x"}}],
        smoke={"burst": 0},
        rollout={"waves": 1},
    )
    assert [one.partition(": ")[0] for one in problems] == [
        "[stack_set], name",
        "[[targets]] 1, accounts 1",
        "[[targets]] 1, organizational_units",
        "[smoke], burst",
        "[rollout]",
        "[stack_set], template",
        "[smoke], output",
        "[smoke], path",
        "[stack_set.tags], ",
    ]


@pytest.mark.parametrize("table", ["stack_set", "targets"])
def test_a_file_without_its_main_tables_says_what_is_missing(tmp_path, table):
    problems = told(tmp_path, **{table: None})
    assert any(
        one.startswith(("[stack_set], name: is missing", "[[targets]]: is missing"))
        for one in problems
    )


def test_a_table_that_is_none_is_one_problem_and_not_each_of_its_keys_as_well(tmp_path):
    assert told(tmp_path, stack_set=None) != []
    assert told(tmp_path, smoke=3) == ["[smoke]: is 3 (expected a table)"]
    assert told(tmp_path, targets=3) == ["[[targets]]: is 3 (expected a list)"]
    assert told(tmp_path, targets=[3]) == ["[[targets]] 1: is 3 (expected a table)"]
    assert told(tmp_path, targets=[]) == ["[[targets]]: is an empty list (expected not empty)"]


def test_tables_that_were_begun_say_what_they_lack(tmp_path):
    assert told(
        tmp_path, targets=[{}], overrides=[{"regions": ["us-east-1"]}], bootstrap={}, smoke={}
    ) == [
        "[[targets]] 1, regions: is missing",
        "[[overrides]] 1, parameters: is missing",
        "[bootstrap], stack_name: is missing",
        "[bootstrap], template: is missing",
        "[smoke], output: is missing",
        "[smoke], path: is missing",
        "[[targets]] 1: names neither accounts nor organizational_units",
        '[[overrides]] 1, regions 1: "us-east-1" is not among the targets',
    ]


def test_an_account_and_region_that_stand_in_two_groups_are_a_problem(tmp_path):
    groups = [
        {"accounts": [OTHER, "self"], "regions": ["us-east-1"]},
        {"accounts": [OTHER], "regions": ["us-east-1", "us-west-1", "us-west-1"]},
    ]
    assert told(tmp_path, targets=groups) == [
        (
            f"[[targets]] 2: {OTHER} in us-east-1 stands in [[targets]] 1 already "
            "(every account and region once)"
        ),
        f"[[targets]] 2: {OTHER} in us-west-1 stands here already (every account and region once)",
    ]


def test_self_is_the_administrator_account_that_the_file_names(tmp_path):
    groups = [{"accounts": ["self", OTHER], "regions": ["us-east-1"]}]
    assert told(tmp_path, stack_set={"admin_account": OTHER}, targets=groups) == [
        f"[[targets]] 1: {OTHER} in us-east-1 stands here already (every account and region once)"
    ]


def test_other_accounts_beside_the_administrator_are_themselves(tmp_path):
    groups = [{"accounts": ["self", OTHER, "333333333333"], "regions": ["us-east-1"]}]
    loaded = load(tmp_path, stack_set={"admin_account": "111111111111"}, targets=groups)
    assert loaded.accounts() == (OTHER, "333333333333", "self")


def test_the_name_of_a_bootstrap_stack_is_at_most_128_characters(tmp_path):
    assert load(tmp_path, bootstrap={"stack_name": "b" * 128, "template": "t.json"}).bootstrap
    [problem] = told(tmp_path, bootstrap={"stack_name": "b" * 129, "template": "t.json"})
    assert problem.endswith("(expected at most 128 characters)")


@pytest.mark.parametrize(
    ("smoke", "expected"),
    [
        ({"burst": 1001}, "burst: is 1001 (expected at most 1000)"),
        ({"status": 99}, "status: is 99 (expected at least 100)"),
        ({"status": 600}, "status: is 600 (expected at most 599)"),
    ],
)
def test_smoke_keeps_to_what_http_and_the_machine_can_do(tmp_path, smoke, expected):
    assert told(tmp_path, smoke={"output": "Endpoint", "path": "", **smoke}) == [
        f"[smoke], {expected}"
    ]


def test_an_override_may_call_a_target_self_or_by_the_number_of_the_administrator(tmp_path):
    overrides = [
        {"accounts": [account], "parameters": {"Author": "x"}} for account in ("self", OTHER)
    ]
    loaded = load(tmp_path, stack_set={"admin_account": OTHER}, overrides=overrides)
    assert [one.accounts for one in loaded.overrides] == [("self",), (OTHER,)]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (
            {"accounts": ["333333333333"]},
            (
                ', accounts 1: "333333333333" is not among the targets (known here: '
                "111111111111, 222222222222)"
            ),
        ),
        (
            {"regions": ["eu-west-1"]},
            ', regions 1: "eu-west-1" is not among the targets (did you mean "us-west-1"?)',
        ),
        (
            {},
            (
                ": names neither accounts nor regions "
                "(a value for all of them belongs into [stack_set.parameters])"
            ),
        ),
        (
            {"accounts": [OTHER], "regions": ["us-west-1"]},
            ": meets no stack instance of the targets",
        ),
    ],
)
def test_an_override_that_speaks_of_no_target_is_a_problem(tmp_path, override, expected):
    groups = [
        {"accounts": ["111111111111"], "regions": ["us-east-1", "us-west-1"]},
        {"accounts": [OTHER], "regions": ["us-east-1"]},
    ]
    one = {**override, "parameters": {"Author": "x"}}
    assert told(tmp_path, targets=groups, overrides=[one]) == [f"[[overrides]] 1{expected}"]


def test_the_value_of_a_parameter_is_shown_nowhere_since_it_may_be_a_secret(tmp_path):
    secret = 12345678901
    problems = told(
        tmp_path,
        stack_set={"parameters": {"Suffix": secret}},
        overrides=[{"regions": ["us-east-1"], "parameters": {"Suffix": secret}}],
    )
    assert sum("is no string (expected a string, in quotes)" in one for one in problems) == 2
    assert str(secret) not in "".join(problems)


def test_parameters_must_be_those_of_the_template(tmp_path):
    assert told(
        tmp_path,
        stack_set={"parameters": {"Sufix": "x"}},
        overrides=[{"regions": ["us-east-1"], "parameters": {"Autor": "x"}}],
        bootstrap={"stack_name": "b", "template": "t.json", "parameters": {"Other": "x"}},
    ) == [
        '[stack_set.parameters], Sufix: is no parameter of the template (did you mean "Suffix"?)',
        (
            "[[overrides]] 1, parameters, Autor: is no parameter of the template "
            '(did you mean "Author"?)'
        ),
        "[stack_set.parameters], Suffix: is missing: the template declares it without a default",
        (
            "[bootstrap.parameters], Other: is no parameter of the template "
            "(known here: Suffix, Author)"
        ),
    ]


def test_signing_needs_a_service_and_parameters_that_there_are(tmp_path):
    smoke = {"output": "Endpoint", "path": "", "sign_where": {"Sufix": "dev"}}
    assert told(tmp_path, smoke=smoke) == [
        '[smoke], sign_where, Sufix: is no parameter of the template (did you mean "Suffix"?)',
        (
            "[smoke], sign_where: says where requests are signed, and nothing says for which "
            'service (sign = "execute-api" is API Gateway)'
        ),
    ]
    assert told(tmp_path, smoke={**smoke, "sign": "API Gateway", "sign_where": {}}) == [
        (
            '[smoke], sign: is "API Gateway" (expected a service as signatures name it, such as '
            '"execute-api")'
        ),
        "[smoke], sign_where: is a table (expected not empty)",
    ]


def test_nobody_signs_by_the_value_of_a_secret(tmp_path):
    smoke = {"output": "Endpoint", "path": "", "sign": "lambda", "sign_where": {"Suffix": "dev"}}
    path = write_file(tmp_path, a_document(smoke=smoke))
    secret = {"Suffix": {"Type": "String", "NoEcho": True}}
    (tmp_path / "t.json").write_text(json.dumps({**TEMPLATE, "Parameters": secret}))
    with pytest.raises(DeploymentFileError) as refused:
        load_deployment(path, environment=None, environ={})
    assert [str(one) for one in refused.value.problems] == [
        "[smoke], sign_where, Suffix: is NoEcho: nobody could see its value"
    ]


def test_informational_names_and_the_smoke_output_must_exist(tmp_path):
    assert told(
        tmp_path,
        stack_set={"informational": ["Autor", "Suffix"], "tags": {"Author": "x"}},
        smoke={"output": "Endpiont", "path": ""},
    ) == [
        '[smoke], output: "Endpiont" is no output of the template (did you mean "Endpoint"?)',
        (
            '[stack_set], informational 1: "Autor" is neither a tag nor a parameter '
            'of the stack set (did you mean "Author"?)'
        ),
    ]


def test_what_is_unique_across_accounts_must_be_a_parameter_of_the_template(tmp_path):
    assert told(tmp_path, stack_set={"unique_across_accounts": ["Suffix", "Sufix"]}) == [
        (
            '[stack_set], unique_across_accounts 2: "Sufix" is no parameter of the template '
            '(did you mean "Suffix"?)'
        )
    ]


def test_what_is_informational_is_not_judged_while_tags_or_parameters_are_misshapen(tmp_path):
    wrong = {"informational": ["Nothing"], "tags": {"Author": 3}}
    assert told(tmp_path, stack_set=wrong) == [
        "[stack_set.tags], Author: is 3 (expected a string, in quotes)"
    ]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({f"t{n}": "x" for n in range(51)}, "[stack_set], tags: has 51 tags (at most 50)"),
        (
            {"k" * 129: "x"},
            f"[stack_set.tags], {'k' * 129}: has a key of 129 characters (1 to 128)",
        ),
        ({"k": "v" * 257}, "[stack_set.tags], k: has 257 characters (1 to 256)"),
        ({"k": ""}, "[stack_set.tags], k: has 0 characters (1 to 256)"),
        ({"AWS:k": "x"}, '[stack_set.tags], AWS:k: begins with "aws:", which AWS keeps to itself'),
    ],
)
def test_tags_keep_to_the_limits_of_aws(tmp_path, tags, expected):
    assert told(tmp_path, stack_set={"tags": tags}) == [expected]


def test_as_many_and_as_long_tags_as_aws_takes_are_no_problem(tmp_path):
    tags = {f"{n:0128}": "v" * 256 for n in range(50)}
    assert load(tmp_path, stack_set={"tags": tags}).tags == tags


def test_a_parameter_value_is_at_most_4096_bytes(tmp_path):
    parameters = {"Suffix": "é" * 2049, "Author": "é" * 2048}
    assert told(tmp_path, stack_set={"parameters": parameters}) == [
        "[stack_set.parameters], Suffix: has 4,098 bytes (at most 4,096)"
    ]


@pytest.mark.parametrize(
    ("table", "key", "value", "expected"),
    [
        (
            "stack_set",
            "name",
            "x-{enviroment}",
            'the placeholder {enviroment} means nothing here (did you mean "{environment}"?)',
        ),
        (
            "stack_set",
            "name",
            "x-{author}",
            "the placeholder {author} means nothing here (known here: {environment})",
        ),
        (
            "stack_set",
            "read_role_name",
            "{ environment }",
            'the placeholder { environment } means nothing here (did you mean "{environment}"?)',
        ),
        (
            "stack_set",
            "description",
            "{admin_account}",
            "the placeholder {admin_account} means nothing here (known here: {environment})",
        ),
    ],
)
def test_a_placeholder_that_means_nothing_there_is_a_problem(tmp_path, table, key, value, expected):
    assert told(tmp_path, **{table: {key: value}}) == [f"[{table}], {key}: {expected}"]


def test_a_wrong_placeholder_in_a_list_of_tables_is_found_too(tmp_path):
    overrides = [{"regions": ["us-east-1"], "parameters": {"Author": "{author}"}}]
    assert told(tmp_path, overrides=overrides) == [
        (
            "[[overrides]] 1, parameters, Author: the placeholder {author} means nothing here "
            "(known here: {environment})"
        )
    ]


@pytest.mark.parametrize("value", ["{{resolve:ssm:/x:1}}", '{"a": 1}', "{}", "${AWS::Region}"])
def test_braces_that_are_no_placeholder_stay_as_they_are(tmp_path, value):
    assert load(tmp_path, stack_set={"parameters": {"Suffix": value}}).parameters == {
        "Suffix": value
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [({}, "a table"), ([1], "a list of 1"), (1.5, "1.5"), (False, "false")],
)
def test_what_was_there_is_told_as_toml_writes_it(value, expected):
    assert tell_value(value) == expected


def test_a_key_that_is_misspelled_is_not_missing_as_well(tmp_path):
    assert told(tmp_path, smoke={"outputs": "Endpoint", "path": "x"}) == [
        '[smoke], outputs: is not a known key (did you mean "output"?)'
    ]


def test_a_key_beside_its_misspelling_is_looked_at_all_the_same(tmp_path):
    assert told(tmp_path, smoke={"output": "x", "outputs": "Endpoint", "path": "x"}) == [
        '[smoke], outputs: is not a known key (did you mean "output"?)',
        '[smoke], output: "x" is no output of the template (known here: Endpoint)',
    ]
