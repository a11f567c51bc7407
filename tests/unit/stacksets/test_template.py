import pytest

from stacksets.errors import TemplateError
from stacksets.template import parse_template


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
