"""The table [traffic]: a parameter of the template that the rest of the file leaves alone."""

from __future__ import annotations

import json

import pytest

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment
from stacksets.model.traffic import Traffic
from tests.deployment_files import TEMPLATE, a_document, load, write_file

TABLE = {"parameter": "Traffic", "normal": "auto", "drained": "drain"}
SPEC = {"Type": "String", "Default": "auto", "AllowedValues": ["auto", "drain"]}


def told_of(folder, *, spec=SPEC, **tables):
    """Give the problems of a file with [traffic], whose template declares `Traffic`."""
    path = write_file(folder, a_document(**{"traffic": TABLE, **tables}))
    parameters = {**TEMPLATE["Parameters"], **({"Traffic": spec} if spec else {})}
    (folder / "t.json").write_text(json.dumps({**TEMPLATE, "Parameters": parameters}))
    try:
        return load_deployment(path, environment=None, environ={})
    except DeploymentFileError as error:
        return [str(one) for one in error.problems]


def test_the_table_says_which_parameter_drains_a_region(tmp_path):
    deployment = told_of(tmp_path)
    assert deployment.traffic == Traffic(parameter="Traffic", normal="auto", drained="drain")


def test_without_the_table_there_is_no_traffic_parameter(tmp_path):
    assert load(tmp_path).traffic is None


def test_all_three_keys_are_needed(tmp_path):
    assert told_of(tmp_path, traffic={}) == [
        "[traffic], parameter: is missing",
        "[traffic], normal: is missing",
        "[traffic], drained: is missing",
    ]


def test_the_template_has_to_declare_the_parameter(tmp_path):
    assert told_of(tmp_path, traffic={**TABLE, "parameter": "Trafic"}) == [
        '[traffic], parameter: "Trafic" is no parameter of the template (did you mean "Traffic"?)'
    ]


def test_a_template_without_parameters_declares_none(tmp_path):
    path = write_file(tmp_path, a_document(traffic=TABLE, stack_set={"parameters": {}}))
    (tmp_path / "t.json").write_text(json.dumps({"Resources": TEMPLATE["Resources"]}))
    with pytest.raises(DeploymentFileError) as raised:
        load_deployment(path, environment=None, environ={})
    assert '[traffic], parameter: "Traffic" is no parameter of the template' in str(raised.value)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {**SPEC, "Default": "drain"},
            '[traffic], normal: is "auto", the template\'s default is "drain"',
        ),
        (
            {"Type": "String", "AllowedValues": ["auto", "drain"]},
            '[traffic], normal: is "auto", the template\'s default is none',
        ),
        (
            {**SPEC, "AllowedValues": ["auto", "off"]},
            '[traffic], drained: is "drain", which the template does not allow (one of auto, off)',
        ),
        ({**SPEC, "NoEcho": True}, '[traffic], parameter: "Traffic" is NoEcho: nobody could see'),
    ],
    ids=["another default", "no default", "not allowed", "NoEcho"],
)
def test_the_values_have_to_be_what_the_template_makes_of_them(tmp_path, spec, words):
    problems = told_of(tmp_path, spec=spec)
    assert any(one.startswith(words) for one in problems), problems


def test_a_template_that_allows_anything_allows_both_values(tmp_path):
    assert told_of(tmp_path, spec={"Type": "String", "Default": "auto"}).traffic is not None


def test_a_drained_region_has_another_value_than_the_normal_one(tmp_path):
    assert told_of(tmp_path, traffic={**TABLE, "drained": "auto"}) == [
        '[traffic], drained: is "auto", which is the normal value'
    ]


def test_nothing_else_in_the_file_gives_the_parameter_a_value(tmp_path):
    parameters = {"Suffix": "dev", "Traffic": "auto"}
    overrides = [
        {"regions": ["us-east-1"], "parameters": {"Suffix": "x"}},
        {"regions": ["us-east-1"], "parameters": {"Traffic": "drain"}},
    ]
    hint = "(leave it to `stacksets drain` and `stacksets undrain`)"
    assert told_of(tmp_path, stack_set={"parameters": parameters}, overrides=overrides) == [
        f"[stack_set.parameters], Traffic: belongs to operations: [traffic] names it {hint}",
        f"[[overrides]] 2, parameters, Traffic: belongs to operations: [traffic] names it {hint}",
    ]


def test_the_parameter_of_traffic_is_never_unique_across_accounts(tmp_path):
    unique = {"parameters": {"Suffix": "dev"}, "unique_across_accounts": ["Suffix", "Traffic"]}
    assert told_of(tmp_path, stack_set=unique) == [
        (
            '[stack_set], unique_across_accounts 2: "Traffic" has the same value in all accounts: '
            "[traffic] names it (leave it out)"
        )
    ]
