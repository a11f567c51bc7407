"""Whatever a deployer chooses, what comes out is a template that cfn-lint accepts."""

from __future__ import annotations

import functools
import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.checks.audit import OF_RESOLVED
from generator.checks.lint import lint
from generator.settings import HOME_REGION, TARGET_REGIONS
from stacksets.resolve import evaluate_conditions
from tests.options import ACCOUNT, REGION, covering, factors_of, parameters_of, resolved

TEMPLATES = Path(__file__).parents[3] / "templates"
ADMIN, OTHER = "111111111111", "222222222222"
PLACES = {
    "service": [{ACCOUNT: ADMIN, REGION: region} for region in TARGET_REGIONS],
    "bootstrap": [
        {ACCOUNT: account, REGION: region}
        for account in (ADMIN, OTHER)
        for region in (HOME_REGION, TARGET_REGIONS[account == OTHER])
    ],
}
# What the bootstrap command fills in of itself is no option of whoever types it.
GIVEN = {
    "service": (),
    "bootstrap": (
        ("AdminAccountId", ADMIN),
        ("HomeRegion", HOME_REGION),
        ("TargetAccountIds", f"{ADMIN},{OTHER}"),
        ("TargetRegions", ",".join(TARGET_REGIONS)),
    ),
}


@functools.cache
def template_of(name):
    """As it is committed: what sets there are has to be known before any fixture is."""
    return json.loads((TEMPLATES / f"{name}.json").read_text())


@functools.cache
def sets_of(name, strength):
    return covering(factors_of(template_of(name), PLACES[name], GIVEN[name]), strength)


def every_set(strength):
    numbered = ((name, len(sets_of(name, strength))) for name in PLACES)
    return [(name, number) for name, count in numbered for number in range(count)]


def view(name, number, strength):
    chosen = sets_of(name, strength)[number]
    return resolved(template_of(name), chosen, GIVEN[name]), chosen


# --- what is chosen


def values_of(factors):
    """The values of each name, whatever option it belongs to."""
    found = {}
    for name, value in (pair for factor in factors for choice in factor for pair in choice.items()):
        found.setdefault(name, set()).add(value)
    return found


@given(st.lists(st.integers(min_value=1, max_value=4), min_size=3, max_size=7), st.integers(1, 3))
def test_every_choice_meets_every_other_in_few_sets(sizes, strength):
    factors = [[{at: number} for number in range(size)] for at, size in enumerate(sizes)]
    found = covering(factors, strength)
    for some in itertools.combinations(range(len(sizes)), strength):
        met = {tuple(chosen[at] for at in some) for chosen in found}
        assert met == set(itertools.product(*(range(sizes[at]) for at in some)))
    assert all(chosen.keys() == set(range(len(sizes))) for chosen in found)
    # No fewer than the largest options multiplied, and not many more.
    least = math.prod(sorted(sizes, reverse=True)[:strength])
    assert least <= len(found) <= 3 * least + 4


@pytest.mark.parametrize("name", PLACES)
def test_every_word_that_a_parameter_admits_is_chosen_and_so_is_having_none(name):
    template = template_of(name)
    values = values_of(factors_of(template, PLACES[name], GIVEN[name]))
    for parameter, declared in template["Parameters"].items():
        if parameter in dict(GIVEN[name]) or declared["Type"] == "Number":
            assert parameter not in values
        elif "AllowedValues" in declared:
            assert values[parameter] == set(declared["AllowedValues"])
        elif declared["Default"] == "":
            assert "" in values[parameter]
            assert len(values[parameter]) > 1


@pytest.mark.parametrize("name", PLACES)
def test_every_condition_holds_in_one_set_and_fails_in_another(name):
    template = template_of(name)
    held = []
    for chosen in sets_of(name, 3):
        place = {"account": chosen[ACCOUNT], "region": chosen[REGION]}
        parameters = {**dict(GIVEN[name]), **parameters_of(chosen)}
        verdicts = evaluate_conditions(template, parameters=parameters, **place)
        held.append({condition for condition, holds in verdicts.items() if holds})
    assert set.union(*held) == set(template["Conditions"])
    assert set.intersection(*held) == set()


def test_names_that_a_rule_ties_together_are_chosen_together():
    factors = factors_of(template_of("service"), PLACES["service"])
    (tied,) = [factor for factor in factors if "DomainName" in factor[0]]
    assert [set(choice.values()) for choice in tied] == [{""}, {"api.example.com", "Z0EXAMPLE"}]


# A template with the same pseudo parameters, rules and conditions as ours may get one day.
GROWN = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "dev"},
        "Region": {"Type": "String", "Default": "", "AllowedPattern": "^$|^[a-z-]+[0-9]$"},
        "Email": {"Type": "String", "Default": "", "AllowedPattern": "^$|^[^@.]+@.+$"},
        "Days": {"Type": "Number", "Default": 1, "AllowedValues": [1, 2]},
        "Given": {"Type": "String"},
    },
    "Rules": {
        "EmailInARegion": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Email"}, ""]}]},
            "Assertions": [{"Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Region"}, ""]}]}}],
        }
    },
    "Conditions": {
        "IsHere": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "Region"}]},
        "IsLive": {"Fn::Not": [{"Fn::Equals": ["live", {"Ref": "Stage"}]}]},
    },
}


def test_what_a_template_gets_is_an_option_from_then_on():
    places = [{ACCOUNT: ADMIN, REGION: region} for region in ("us-east-1", "eu-west-1")]
    factors = factors_of(GROWN, places, [("Given", "x")])
    assert values_of(factors) == {
        ACCOUNT: {ADMIN},
        REGION: {"us-east-1", "eu-west-1"},
        "Stage": {"dev", "live"},
        "Region": {"", "us-east-1", "eu-west-1"},
        "Email": {"", "someone@example.com"},
    }
    (tied,) = [factor for factor in factors if "Email" in factor[0]]
    assert {"Region": "", "Email": "someone@example.com"} not in tied
    assert len(tied) == 5


def test_a_text_that_no_example_fits_is_told():
    odd = {"Type": "String", "Default": "", "AllowedPattern": "^$|^odd$"}
    with pytest.raises(LookupError, match=r"no example is a Odd: add one that .*odd"):
        factors_of({"Parameters": {"Odd": odd}, "Conditions": {}}, [])


# --- what comes of it


@pytest.mark.parametrize(("name", "number"), every_set(3))
def test_no_reference_leads_to_what_a_stack_has_not(name, number):
    found, _ = view(name, number, 3)
    assert loose(found) == set()


def test_a_reference_to_what_a_choice_takes_away_is_found():
    broken = json.loads((TEMPLATES / "service.json").read_text())
    broken["Outputs"]["Loose"] = {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}
    found = [loose(resolved(broken, chosen)) for chosen in sets_of("service", 2)]
    assert set(map(frozenset, found)) == {frozenset(), frozenset({"Key"})}


PSEUDO = {"AWS::StackName"}


def loose(template):
    """The names that a resolved template refers to and has not."""
    said = [template["Resources"], template["Outputs"]]
    return set(references(said)) - template["Resources"].keys() - PSEUDO


def references(value):
    """The logical ids that a resolved value refers to."""
    match value:
        case {"Ref": str() as name, **rest} if not rest:
            yield name
        case {"Fn::GetAtt": [name, _]}:
            yield name
        case {"Fn::Sub": str() as text}:
            names = (part.partition("}")[0] for part in text.split("${")[1:])
            yield from (name.partition(".")[0] for name in names)
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for entry in value:
                yield from references(entry)


def found_by_cfn_lint(template, region, folder):
    file = folder / "resolved.json"
    file.write_text(json.dumps(template, indent=1))
    return [finding for finding in lint([file], [region]) if finding.rule not in OF_RESOLVED]


@pytest.mark.parametrize(("name", "number"), every_set(1))
def test_cfn_lint_accepts_every_choice(name, number, tmp_path):
    found, chosen = view(name, number, 1)
    assert found_by_cfn_lint(found, chosen[REGION], tmp_path) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "number"), every_set(3))
def test_cfn_lint_accepts_every_three_choices_together(name, number, tmp_path):
    found, chosen = view(name, number, 3)
    assert found_by_cfn_lint(found, chosen[REGION], tmp_path) == []


def test_what_only_two_choices_together_break_is_found_by_cfn_lint(tmp_path):
    broken = json.loads((TEMPLATES / "service.json").read_text())
    memory = {"Fn::If": ["HasCustomerKey", {"Fn::If": ["CallersAreSigned", "much", 256]}, 256]}
    broken["Resources"]["Function"]["Properties"]["MemorySize"] = memory
    together = {"Encryption": "customer", "Callers": "iam"}
    met = [one for one in sets_of("service", 2) if together.items() <= one.items()]
    assert met
    (finding,) = found_by_cfn_lint(resolved(broken, met[0]), met[0][REGION], tmp_path)
    assert (finding.resource, finding.rule) == ("Function", "E3012")
