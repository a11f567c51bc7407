import pytest

from stacksets.differences import Hidden, find_differences
from stacksets.model.plan import Difference


def paths(observed, desired):
    return [
        (one.path, one.observed, one.desired) for one in find_differences(observed, desired, "T")
    ]


def test_equal_values_differ_nowhere():
    assert find_differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, "T") == ()


def test_only_the_smallest_place_that_differs_is_named():
    found = find_differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, "T")
    assert found == (Difference(path="T.a.c", observed="2", desired="3"),)


def test_what_is_new_and_what_is_gone_have_one_side_only():
    assert paths({"old": "x"}, {"new": "y"}) == [("T.new", None, "y"), ("T.old", "x", None)]


def test_lists_of_the_same_length_are_compared_entry_by_entry():
    assert paths([1, 2], [1, 3]) == [("T[1]", "2", "3")]


def test_an_entry_put_in_is_one_difference_and_not_all_that_follow_it():
    assert paths(["a", "b"], ["a", "new", "b"]) == [("T[1]", None, "new")]


def test_an_entry_taken_out_is_named_by_its_old_place():
    assert paths(["a", "old", "b"], ["a", "b"]) == [("T[1]", "old", None)]


def test_an_entry_changed_beside_one_put_in_are_two_differences():
    assert paths([{"x": 1}], [{"x": 2}, "more"]) == [("T[0].x", "1", "2"), ("T[1]", None, "more")]


@pytest.mark.parametrize(
    ("observed", "desired", "words"),
    [
        ({"Ref": "A"}, {"Ref": "B"}, ("T", "!Ref A", "!Ref B")),
        ({"Fn::GetAtt": ["A", "Arn"]}, {"Ref": "A"}, ("T", "!GetAtt A.Arn", "!Ref A")),
        ({"Fn::Sub": "${A}"}, "a", ("T", "!Sub ${A}", "a")),
        (
            {"Fn::Join": ["", ["a", {"Ref": "A"}]]},
            {"Fn::Join": ["", ["a", {"Ref": "B"}]]},
            ("T.Fn::Join[1][1]", "!Ref A", "!Ref B"),
        ),
        (
            {"Fn::Join": ["", [{"Ref": "A"}]]},
            {"Fn::If": ["C", "x", "y"]},
            ("T", '{"Fn::Join": ["", ["!Ref A"]]}', '{"Fn::If": ["C", "x", "y"]}'),
        ),
        ({"Ref": "A"}, {"Ref": "A", "B": 1}, ("T", "!Ref A", '{"Ref": "A", "B": 1}')),
        ({"Fn::Sub": "a"}, {"Fn::Sub": ["a", {}]}, ("T", "!Sub a", '{"Fn::Sub": ["a", {}]}')),
    ],
)
def test_an_intrinsic_function_reads_as_in_a_template(observed, desired, words):
    assert paths(observed, desired) == [words]


def test_true_is_not_one():
    assert paths([True], [1]) == [("T[0]", "true", "1")]


def test_values_that_read_the_same_are_told_apart():
    assert paths("10", 10) == [("T", '"10"', "10")]


def test_null_is_no_value():
    assert paths(None, "x") == [("T", None, "x")]
    assert paths("x", None) == [("T", "x", None)]


def test_a_value_of_several_lines_stays_on_one():
    assert paths("a\nb", "c") == [("T", '"a\\nb"', "c")]


def test_a_long_value_is_kept_whole():
    assert paths("a" * 500, "b") == [("T", "a" * 500, "b")]


def test_a_hidden_value_is_compared_and_never_shown():
    assert paths({"a": Hidden("x")}, {"a": Hidden("y")}) == [("T.a", "****", "****")]
    assert paths({"a": Hidden("x")}, {"a": Hidden("x")}) == []
    assert paths({}, {"a": {"Default": Hidden("x")}}) == [("T.a", None, '{"Default": "****"}')]
