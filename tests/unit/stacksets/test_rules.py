"""The Rules section: what holds, what does not, and what only AWS can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ministack.services.cloudformation import engine

from stacksets.errors import TemplateError
from stacksets.rules import RuleFinding, evaluate_rules, find_rule_references

PARAMETERS = {
    "Name": {"Type": "String", "Default": "a"},
    "Count": {"Type": "Number", "Default": 3},
    "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
    "Ports": {"Type": "List<Number>", "Default": "80,443"},
    "Empty": {"Type": "CommaDelimitedList", "Default": ""},
    "Kept": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
    "Secret": {"Type": "String", "Default": "{{resolve:ssm:/x}}"},
    "Vpc": {"Type": "AWS::EC2::VPC::Id", "Default": "vpc-1"},
}
TRUE = {"Fn::Equals": ["x", "x"]}
FALSE = {"Fn::Equals": ["x", "y"]}
OPEN = {"Fn::Equals": [{"Ref": "Kept"}, "x"]}


def a_template(assertion, condition=None, **more):
    rule = {"Assertions": [{"Assert": assertion, **more}]}
    if condition is not None:
        rule["RuleCondition"] = condition
    return {"Parameters": PARAMETERS, "Rules": {"Rule": rule}}


def evaluate(template, **parameters):
    return evaluate_rules(
        template, parameters=parameters, account="111111111111", region="us-east-1"
    )


def verdict(expression, **parameters):
    """Give True, False or None for an assertion."""
    found = evaluate(a_template(expression), **parameters)
    if not found:
        return True
    (one,) = found
    return None if one.unknown else False


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Fn::Equals": [{"Ref": "Name"}, "a"]}, True),
        ({"Fn::Equals": [{"Ref": "Name"}, "A"]}, False),
        ({"Fn::Equals": [{"Ref": "Count"}, "3"]}, True),
        ({"Fn::Equals": [3, {"Ref": "Count"}]}, True),
        ({"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}, True),
        ({"Fn::Equals": [{"Ref": "AWS::AccountId"}, "222222222222"]}, False),
        ({"Fn::Equals": [{"Ref": "List"}, ["a", "b"]]}, True),
        ({"Fn::Equals": [{"Ref": "List"}, ["b", "a"]]}, False),
        ({"Fn::Equals": [TRUE, True]}, True),
        ({"Fn::Contains": [["a", "b"], {"Ref": "Name"}]}, True),
        ({"Fn::Contains": [["b", "c"], {"Ref": "Name"}]}, False),
        ({"Fn::Contains": [{"Ref": "List"}, "b"]}, True),
        ({"Fn::Contains": [{"Ref": "Ports"}, "443"]}, True),
        ({"Fn::EachMemberEquals": [["a", "a"], {"Ref": "Name"}]}, True),
        ({"Fn::EachMemberEquals": [{"Ref": "List"}, "a"]}, False),
        ({"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberIn": [{"Ref": "List"}, ["a"]]}, False),
        ({"Fn::EachMemberIn": [[], ["a"]]}, True),
        ({"Fn::Not": [FALSE]}, True),
        ({"Fn::And": [TRUE, TRUE, FALSE]}, False),
        ({"Fn::Or": [FALSE, FALSE, TRUE]}, True),
    ],
)
def test_what_is_known_holds_or_does_not(expression, expected):
    assert verdict(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Fn::And": [OPEN, FALSE]}, False),
        ({"Fn::And": [OPEN, TRUE]}, None),
        ({"Fn::Or": [OPEN, TRUE]}, True),
        ({"Fn::Or": [OPEN, FALSE]}, None),
        ({"Fn::Not": [OPEN]}, None),
        ({"Fn::Equals": [OPEN, "true"]}, None),
        ({"Fn::Equals": [["a", {"Ref": "Kept"}], ["a", "b"]]}, None),
        ({"Fn::Contains": [["a", {"Ref": "Kept"}], "a"]}, True),
        ({"Fn::Contains": [["b", {"Ref": "Kept"}], "a"]}, None),
        ({"Fn::Contains": [["b"], {"Ref": "Kept"}]}, None),
        ({"Fn::EachMemberEquals": [["b", {"Ref": "Kept"}], "a"]}, False),
        ({"Fn::EachMemberEquals": [["a", {"Ref": "Kept"}], "a"]}, None),
        ({"Fn::EachMemberIn": [["a"], ["b", {"Ref": "Kept"}]]}, None),
        ({"Fn::EachMemberIn": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, ["a"]]}, None),
        ({"Fn::EachMemberIn": [["a"], {"Fn::RefAll": "AWS::EC2::VPC::Id"}]}, None),
        ({"Fn::EachMemberEquals": [{"Fn::ValueOf": ["Vpc", "Tags.A"]}, "x"]}, None),
    ],
)
def test_what_only_aws_knows_is_a_failure_or_fine_only_where_the_rest_decides(expression, expected):
    assert verdict(expression) is expected


@pytest.mark.parametrize(
    ("operand", "word"),
    [
        ({"Fn::RefAll": "AWS::EC2::VPC::Id"}, "Fn::RefAll"),
        ({"Fn::ValueOf": ["Vpc", "Tags.Department"]}, "Fn::ValueOf"),
        ({"Fn::ValueOfAll": ["AWS::EC2::VPC::Id", "Tags.Department"]}, "Fn::ValueOfAll"),
        ({"Ref": "Kept"}, "Ref Kept"),
        ({"Ref": "Secret"}, "Ref Secret"),
        ({"Ref": "Empty"}, "Ref Empty"),
        ({"Ref": "AWS::StackName"}, "Ref AWS::StackName"),
        ({"Ref": "List"}, "Fn::Equals"),
    ],
)
def test_what_only_aws_knows_is_named(operand, word):
    (found,) = evaluate(a_template({"Fn::Equals": [operand, "x"]}))
    assert found.unknown == (word,)


@pytest.mark.parametrize("function", ["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"])
def test_a_string_where_a_list_belongs_is_left_to_aws(function):
    (found,) = evaluate(a_template({function: [{"Ref": "Name"}, ["a"]]}))
    assert found.unknown == (function,)


def test_a_list_in_a_list_is_left_to_aws():
    (found,) = evaluate(a_template({"Fn::Contains": [["b", {"Ref": "List"}], "a"]}))
    assert found.unknown == ("a list in a list",)


def test_the_stack_name_is_known_where_somebody_knows_it():
    template = a_template({"Fn::Equals": [{"Ref": "AWS::StackName"}, "mine"]})
    place = {"account": "111111111111", "region": "us-east-1", "stack_name": "mine"}
    assert evaluate_rules(template, parameters={}, **place) == ()


def test_a_broken_assertion_names_its_rule_its_words_and_the_parameters_asked_for():
    condition = {"Fn::Equals": [{"Ref": "Name"}, "a"]}
    asserted = {"Fn::Equals": [{"Ref": "Count"}, {"Ref": "Name"}]}
    template = a_template(asserted, condition, AssertDescription="count the names")
    assert evaluate(template) == (
        RuleFinding(
            rule="Rule",
            number=1,
            description="count the names",
            parameters=("Name", "Count"),
            unknown=(),
        ),
    )


def test_an_assertion_without_words_is_told_by_its_number():
    template = a_template(TRUE)
    template["Rules"]["Rule"]["Assertions"] += [{"Assert": FALSE}]
    assert [(one.number, one.description) for one in evaluate(template)] == [(2, None)]


@pytest.mark.parametrize(
    ("condition", "assertion", "expected"),
    [
        (FALSE, FALSE, "fine"),
        (TRUE, FALSE, "broken"),
        (OPEN, FALSE, "open"),
        (OPEN, TRUE, "fine"),
        (TRUE, OPEN, "open"),
        (FALSE, OPEN, "fine"),
    ],
)
def test_a_rule_asserts_only_where_its_condition_holds(condition, assertion, expected):
    found = evaluate(a_template(assertion, condition))
    assert {(): "fine", (False,): "broken", (True,): "open"}[
        tuple(bool(one.unknown) for one in found)
    ] == expected


def test_a_template_without_rules_has_nothing_to_hold():
    assert evaluate({"Parameters": PARAMETERS}) == ()
    assert find_rule_references({"Parameters": PARAMETERS}) == ()


def test_all_names_that_rules_ask_for_are_found():
    template = a_template(
        {
            "Fn::And": [
                {"Fn::Contains": [{"Ref": "List"}, {"Ref": "AWS::Region"}]},
                {"Fn::EachMemberIn": [{"Fn::ValueOf": ["Vpc", "Tags.A"]}, ["x", {"Ref": "Name"}]]},
                {"Fn::Equals": [{"Ref": "Name"}, {"Fn::RefAll": "AWS::EC2::VPC::Id"}]},
            ]
        }
    )
    assert find_rule_references(template) == ("List", "AWS::Region", "Vpc", "Name")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"Fn::If": ["A", "b", "c"]}, "in Rule is no condition of a rule"),
        ({"Condition": "IsProd"}, "in Rule is no condition of a rule"),
        ("true", "'true' in Rule is no condition of a rule"),
        ({"Fn::Equals": ["a"]}, "Fn::Equals takes a list of 2, not ['a']"),
        ({"Fn::Not": TRUE}, "Fn::Not takes a list of 1"),
        ({"Fn::And": [TRUE]}, "Fn::And takes a list of 2 to 10"),
        ({"Fn::Equals": [{"Ref": "Nobody"}, "a"]}, "refers to Nobody, which is no parameter"),
        ({"Fn::Equals": [{"Ref": ["Name"]}, "a"]}, "Ref takes a name"),
        ({"Fn::Equals": [{"Fn::Sub": "${Name}"}, "a"]}, "in Rule is nothing that a rule compares"),
        ({"Fn::Equals": [None, "a"]}, "None in Rule is nothing that a rule compares"),
    ],
)
def test_a_malformed_expression_is_refused_in_words(expression, words):
    with pytest.raises(TemplateError) as refused:
        evaluate(a_template(expression))
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "Rules is no map"),
        ({"Rule": []}, "Rules: Rule has no Assertions"),
        ({"Rule": {}}, "Rules: Rule has no Assertions"),
        ({"Rule": {"Assertions": {}}}, "Rules: Rule has no Assertions"),
        ({"Rule": {"Assertions": []}}, "Rules: Rule has no Assertions"),
        ({"Rule": {"Assertions": [{"Assert": TRUE}, TRUE]}}, "assertion 2 of Rule has no Assert"),
        ({"Rule": {"Assertions": ["x"]}}, "assertion 1 of Rule has no Assert"),
    ],
)
def test_a_malformed_section_is_refused_in_words(rules, words):
    with pytest.raises(TemplateError) as refused:
        evaluate({"Parameters": PARAMETERS, "Rules": rules})
    assert words in refused.value.message


TEXTS = st.sampled_from(["a", "b", {"Ref": "Name"}])
LISTS = st.one_of(st.lists(TEXTS, max_size=3), st.just({"Ref": "List"}))
LEAVES = st.one_of(
    st.tuples(TEXTS, TEXTS).map(lambda pair: {"Fn::Equals": list(pair)}),
    st.tuples(LISTS, TEXTS).map(lambda pair: {"Fn::Contains": list(pair)}),
    st.tuples(LISTS, TEXTS).map(lambda pair: {"Fn::EachMemberEquals": list(pair)}),
    st.tuples(LISTS, LISTS).map(lambda pair: {"Fn::EachMemberIn": list(pair)}),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: {"Fn::Not": [one]}),
        st.lists(inner, min_size=2, max_size=4).map(lambda some: {"Fn::And": some}),
        st.lists(inner, min_size=2, max_size=4).map(lambda some: {"Fn::Or": some}),
    ),
    max_leaves=6,
)


def passes_in_ministack(template, values):
    """Ask the other implementation that there is, the one behind the local AWS."""
    given = {name: {"Value": value} for name, value in values.items()}
    try:
        engine._evaluate_rules(template, given, {})
    except ValueError as error:
        reason = str(error)
    else:
        return True
    assert "failed: " in reason
    return False


@given(
    expression=EXPRESSIONS,
    condition=st.one_of(st.none(), EXPRESSIONS),
    name=st.sampled_from(["a", "b", "c"]),
    listed=st.sampled_from(["a", "b", "a,b", "a, c"]),
)
def test_two_implementations_agree_on_what_is_known(expression, condition, name, listed):
    template = a_template(expression, condition)
    values = {"Name": name, "List": listed}
    assert passes_in_ministack(template, values) == (evaluate(template, **values) == ())
