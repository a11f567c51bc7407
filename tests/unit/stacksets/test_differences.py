from stacksets.differences import find_differences
from stacksets.model.plan import Difference


def test_equal_values_differ_nowhere():
    assert find_differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, "T") == ()


def test_only_the_smallest_place_that_differs_is_named():
    found = find_differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, "T")
    assert found == (Difference(path="T.a.c", observed="2", desired="3"),)


def test_what_is_new_and_what_is_gone_have_one_side_only():
    found = find_differences({"old": "x"}, {"new": "y"}, "T")
    assert found == (
        Difference(path="T.new", observed=None, desired="y"),
        Difference(path="T.old", observed="x", desired=None),
    )


def test_lists_of_the_same_length_are_compared_entry_by_entry():
    assert find_differences([1, 2], [1, 3], "T") == (
        Difference(path="T[1]", observed="2", desired="3"),
    )


def test_lists_of_other_lengths_differ_as_a_whole():
    assert find_differences([1], [1, 2], "T") == (
        Difference(path="T", observed="[1]", desired="[1, 2]"),
    )


def test_a_long_value_is_cut_to_one_line():
    (only,) = find_differences("a" * 500, "b", "T")
    assert only.observed == "a" * 119 + "…"
