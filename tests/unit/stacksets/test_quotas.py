from __future__ import annotations

import pytest

from stacksets.quotas import find_excesses
from tests.builders import a_template


def many(number, entry=None):
    return {f"N{count}": entry for count in range(number)}


def excesses(**sections):
    return list(find_excesses(a_template({"Resources": {}, **sections})))


@pytest.mark.parametrize(
    ("section", "most"),
    [("Parameters", 200), ("Mappings", 200), ("Resources", 500), ("Outputs", 200)],
)
def test_a_section_may_hold_so_much_and_no_more(section, most):
    assert excesses(**{section: many(most)}) == []
    assert excesses(**{section: many(most + 1)}) == [
        f"{most + 1} {section}, AWS takes at most {most}"
    ]


def test_a_mapping_may_hold_so_many_attributes_and_no_more():
    assert excesses(Mappings={"Map": {"us-east-1": many(200)}}) == []
    assert excesses(Mappings={"Map": {"us-east-1": many(201)}}) == [
        "201 attributes in Mappings Map.us-east-1, AWS takes at most 200"
    ]


def test_a_description_is_measured_in_bytes():
    assert excesses(Description="x" * 1024) == []
    assert excesses(Description="ä" * 513) == [
        "a Description of 1,026 bytes, AWS takes at most 1,024"
    ]


def test_names_are_no_longer_than_aws_takes_them():
    assert excesses(Outputs={"x" * 255: None}) == []
    assert excesses(Outputs={"x" * 256: None}) == [
        "a name of 256 characters in Outputs, AWS takes 255"
    ]


def test_dynamic_references_are_counted_wherever_they_stand():
    reference = "{{resolve:ssm:name}}"
    assert excesses(Metadata=[reference] * 60) == []
    assert excesses(Metadata=[reference] * 61) == ["61 dynamic references, AWS takes at most 60"]


def test_what_is_no_section_has_nothing_too_much_of():
    assert excesses(Outputs=[], Mappings={"Map": [], "Other": {"key": 3}}, Description=7) == []
