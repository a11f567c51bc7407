from __future__ import annotations

import pytest

from stacksets.constraints import find_violations, has_unknown_pattern


def violations(value, **declaration):
    return list(find_violations(declaration, value))


@pytest.mark.parametrize(
    ("declaration", "good", "bad", "said"),
    [
        ({"AllowedValues": ["on", "off"]}, "on", "maybe", "is none of on, off"),
        ({"AllowedValues": [1, True]}, "true", "2", "is none of 1, true"),
        ({"AllowedPattern": "[a-z]+"}, "abc", "abc1", "does not match [a-z]+"),
        (
            {"AllowedPattern": "[a-z]+", "ConstraintDescription": "small letters"},
            "abc",
            "A",
            "does not match [a-z]+ (small letters)",
        ),
        ({"MinLength": 2}, "ab", "a", "has 1 characters, at least 2 are asked for"),
        ({"MaxLength": "2"}, "ab", "abc", "has 3 characters, at most 2 are taken"),
        ({"Type": "Number"}, "-1.50", "one", "is no number"),
        ({"Type": "Number"}, "1e3", "NaN", "is no number"),
        ({"Type": "Number", "MinValue": 2}, "2", "1.9", "is less than 2"),
        ({"Type": "Number", "MaxValue": "2"}, "2.0", "2.1", "is more than 2"),
        ({"Type": "List<Number>", "MaxValue": 5}, "1, 5", "1, 6", "is more than 5"),
        (
            {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]},
            "a, b",
            "a,c",
            "is none of a, b",
        ),
        (
            {"Type": "CommaDelimitedList", "AllowedPattern": "x+"},
            "x,xx",
            "x,y",
            "does not match x+",
        ),
    ],
)
def test_a_value_keeps_to_its_declaration_or_is_told_what_it_breaks(declaration, good, bad, said):
    assert violations(good, **declaration) == []
    assert violations(bad, **declaration) == [said]


def test_all_that_a_value_breaks_is_told():
    assert len(violations("a", AllowedValues=["b"], AllowedPattern="b", MinLength=2)) == 3


@pytest.mark.parametrize(
    ("value", "kind"),
    [("/the/name", "AWS::SSM::Parameter::Value<Number>"), ("{{resolve:ssm:x}}", "Number")],
)
def test_a_value_that_only_a_deployment_knows_is_not_judged(value, kind):
    assert violations(value, Type=kind, MaxLength=1, AllowedValues=["z"]) == []


def test_a_bound_that_is_no_number_binds_nothing():
    assert violations("5", Type="Number", MinValue="many", MaxValue={"Ref": "X"}) == []


def test_values_that_are_no_list_allow_whatever_comes():
    assert violations("x", AllowedValues="x y") == []


@pytest.mark.parametrize("pattern", [r"\p{L}+", "[a-z&&[^x]]+", "(", "[[:alpha:]]+"])
def test_a_pattern_that_only_aws_reads_is_not_judged_and_told(pattern):
    assert has_unknown_pattern({"AllowedPattern": pattern})
    assert violations("§", AllowedPattern=pattern) == []


@pytest.mark.parametrize(
    "declaration", [{}, {"AllowedPattern": "^[a-z]+$"}, {"AllowedPattern": []}]
)
def test_a_pattern_that_python_reads_alike_is_known(declaration):
    assert not has_unknown_pattern(declaration)
