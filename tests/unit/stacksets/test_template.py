import time

import pytest

from stacksets.errors import TemplateError
from stacksets.template import MOST_ALIASED, parse_template


def test_short_forms_of_yaml_become_long_ones():
    content = parse_template('Resources:\n  A: !Sub "${X}"\n')
    assert content == {"Resources": {"A": {"Fn::Sub": "${X}"}}}


def test_the_same_template_says_the_same_in_yaml_and_in_json():
    yaml = "AWSTemplateFormatVersion: 2010-09-09\nMappings: {M: {123: {A: 1}}}\n"
    json = '{"AWSTemplateFormatVersion": "2010-09-09", "Mappings": {"M": {"123": {"A": 1}}}}'
    assert parse_template(yaml) == parse_template(json)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"a"', "not valid JSON"),
        ("a: [", "not valid YAML"),
        ("{" * 100_000, "not valid JSON"),
        ("a: !!python/object:os.system x", "not valid YAML"),
        ("a: !!int ''", "not valid YAML"),
        ("a: !Ref : b", "not valid YAML"),
        ("- 1", "not a mapping"),
        ("", "not a mapping"),
    ],
)
def test_what_is_no_template_is_refused_in_its_own_language(body, words):
    with pytest.raises(TemplateError, match=words):
        parse_template(body)


def _bomb(levels: int, aliases: int, leaf: str = "x") -> str:
    """Write a template of few lines that stands for `aliases` to the power of `levels` leaves."""
    held = [f"  A0: &A0 {leaf}"]
    for level in range(1, levels + 1):
        named = ", ".join([f"*A{level - 1}"] * aliases)
        held.append(f"  A{level}: &A{level} [{named}]")
    return "\n".join(["Metadata:", *held, "Resources: {T: {Type: AWS::SNS::Topic}}"])


@pytest.mark.parametrize("leaf", ["x", "[]", "{}", "''", "!Ref T", f"'{'x' * 1_000}'"])
def test_aliases_that_stand_for_more_than_aws_takes_are_refused_before_they_are_written_out(leaf):
    started = time.process_time()

    with pytest.raises(TemplateError, match=f"aliases stand for more than {MOST_ALIASED:,}"):
        parse_template(_bomb(40, 9, leaf))

    assert time.process_time() - started < 2


def test_few_aliases_are_written_out():
    content = parse_template(_bomb(3, 4))
    assert content["Metadata"]["A3"] == [[["x"] * 4] * 4] * 4


def test_a_long_template_without_aliases_is_not_blamed_for_them():
    long = "x" * (MOST_ALIASED + 1)
    assert parse_template(f"Metadata: {long}\n") == {"Metadata": long}


def test_what_holds_itself_is_refused():
    with pytest.raises(TemplateError, match="not valid YAML"):
        parse_template("Metadata: &A [*A]\n")
