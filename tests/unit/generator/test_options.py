"""Whatever a deployer chooses, what comes out is a template that cfn-lint accepts."""

from __future__ import annotations

import itertools
import json

import pytest

from generator.checks.lint import lint
from generator.settings import TARGET_REGIONS
from stacksets.resolve import resolve

BOUNDARY = "arn:aws:iam::111111111111:policy/boundary"
OPTIONS: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "environment": ((("EnvironmentSuffix", "dev"),), (("EnvironmentSuffix", "prod"),)),
    "domain": ((), (("DomainName", "api.example.com"), ("HostedZoneId", "Z1"))),
    "traffic": tuple((("TrafficState", state),) for state in ("auto", "drain", "force")),
    "callers": ((("Callers", "anyone"),), (("Callers", "iam"),)),
    "networks": ((), (("AllowedNetworks", "192.0.2.0/24,2001:db8::/32"),)),
    "logging": ((("ApiLogging", "on"),), (("ApiLogging", "off"),)),
    "encryption": ((("Encryption", "aws"),), (("Encryption", "customer"),)),
    "boundary": ((), (("PermissionsBoundaryArn", BOUNDARY),)),
}
# A resolved template refers to no parameter or mapping any more, and its partition is a name.
RESOLVED = {"W2001", "W7001", "I3042"}


def pairs_in(chosen):
    """Every two options that are chosen together."""
    return set(itertools.combinations(sorted(chosen.items()), 2))


def pairwise(options):
    """Sets of choices in which every two choices of two options meet at least once, greedily."""
    every = [
        dict(zip(options, choices, strict=True)) for choices in itertools.product(*options.values())
    ]
    left = set().union(*map(pairs_in, every))
    chosen = []
    while left:
        best = max(every, key=lambda one: len(pairs_in(one) & left))
        chosen.append(best)
        left -= pairs_in(best)
    return chosen


CHOSEN = pairwise(OPTIONS)


def parameters_of(chosen):
    return dict(itertools.chain.from_iterable(chosen.values()))


def test_every_two_choices_meet_in_few_sets():
    expected = set().union(
        *(
            {((one, first), (other, second)) for first in OPTIONS[one] for second in OPTIONS[other]}
            for one, other in itertools.combinations(sorted(OPTIONS), 2)
        )
    )
    assert set().union(*map(pairs_in, CHOSEN)) == expected
    assert len(CHOSEN) <= 12


def test_every_choice_of_a_parameter_that_has_a_few_is_among_the_options(service):
    offered = {
        name: set(parameter["AllowedValues"])
        for name, parameter in service["Parameters"].items()
        if parameter["Type"] == "String" and "AllowedValues" in parameter
    }
    tried = {name: {parameters_of(chosen)[name] for chosen in CHOSEN} for name in offered}
    assert tried == offered


def test_every_condition_holds_in_one_set_and_fails_in_another(service):
    def verdicts(chosen):
        place = {"account": "111111111111", "region": "us-east-1"}
        outputs = {name: {"Condition": name, "Value": "x"} for name in service["Conditions"]}
        probe = {**service, "Outputs": outputs}
        return set(resolve(probe, parameters=parameters_of(chosen), **place)["Outputs"])

    held = [verdicts(chosen) for chosen in CHOSEN]
    assert set.union(*held) == set(service["Conditions"])
    assert set.intersection(*held) == set()


@pytest.mark.parametrize("number", range(len(CHOSEN)))
def test_no_reference_leads_to_what_a_stack_has_not(number, service):
    resolved = resolve(
        service,
        parameters=parameters_of(CHOSEN[number]),
        account="111111111111",
        region="us-west-1",
    )
    there = resolved["Resources"].keys()
    assert set(references(resolved["Resources"])) - there - PSEUDO == set()
    assert set(references(resolved["Outputs"])) - there - PSEUDO == set()


PSEUDO = {"AWS::StackName"}


def references(value):
    """The logical ids that a resolved value refers to."""
    match value:
        case {"Ref": str() as name, **rest} if not rest:
            yield name
        case {"Fn::GetAtt": [name, _]}:
            yield name
        case {"Fn::Sub": str() as text}:
            yield from (part.partition("}")[0] for part in text.split("${")[1:])
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for entry in value:
                yield from references(entry)


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", range(len(CHOSEN)))
def test_cfn_lint_accepts_every_pair_of_choices(number, service, tmp_path):
    region = TARGET_REGIONS[number % len(TARGET_REGIONS)]
    resolved = resolve(
        service, parameters=parameters_of(CHOSEN[number]), account="111111111111", region=region
    )
    file = tmp_path / "service.json"
    file.write_text(json.dumps(resolved, indent=1))
    assert [finding for finding in lint([file], [region]) if finding.rule not in RESOLVED] == []
