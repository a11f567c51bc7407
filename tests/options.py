"""What a deployer may choose, derived from a template, and sets of choices in which all pairs meet.

A parameter that is added to a template, or a condition that compares it with another word, is an
option from then on. A Number is a quantity and no option: it keeps its default.
"""

from __future__ import annotations

import itertools
import re

from stacksets.resolve import evaluate_conditions, resolve

# Where a stack stands is chosen too; the names are those of CloudFormation's pseudo parameters.
ACCOUNT, REGION = "AWS::AccountId", "AWS::Region"
# What a text that may be empty is filled with: the first of these that its pattern takes.
EXAMPLES = (
    "api.example.com",
    "Z0EXAMPLE",
    "192.0.2.0/24,2001:db8::/32",
    "arn:aws:iam::111111111111:policy/boundary",
    "arn:aws:sns:us-east-1:111111111111:alarms",
    "someone@example.com",
    "us-east-1",
    "example/service",
)


def factors_of(template, places, given=()):
    """The options of a template, each a list of choices; a choice is a dict of values by name.

    Parameters that a rule of the template ties together are one option.

    Args:
        template: as it is written.
        places: where a stack may stand, each a dict of ACCOUNT and REGION; the first option.
        given: values of parameters that are no option, by name.
    """
    chosen = _chosen(template, places, dict(given))
    groups = [{name} for name in chosen]
    for rule in template.get("Rules", {}).values():
        tied = {*_refs(rule)} & chosen.keys()
        apart = [group for group in groups if not group & tied]
        groups = [*apart, set().union(*(group for group in groups if group & tied))]
    ordered = [{name: chosen[name] for name in chosen if name in group} for group in groups]
    return [
        places,
        *(list(_choices(template, values, dict(given))) for values in ordered if values),
    ]


def covering(factors, strength=2):
    """Sets of choices in which every choice of an option meets every choice of any other.

    Greedily: each set begins with a meeting that no other has yet, so that none is forgotten, and
    goes on with the choices that bring most of the others about.

    Args:
        factors: options, each a list of choices.
        strength: how many options meet: 1 for every choice at least once, 2 for pairs.
    """
    left = dict.fromkeys(map(frozenset, _meetings(factors, strength)))
    found = []
    while left:
        chosen = dict(next(iter(left)))
        for option in set(range(len(factors))) - chosen.keys():
            chosen[option] = _best(option, len(factors[option]), chosen, left)
        left = {meeting: None for meeting in left if not meeting <= chosen.items()}
        found.append(dict(itertools.chain.from_iterable(_names(factors, chosen))))
    return found


def _meetings(factors, strength):
    """Choices of so many options, each choice as its option and its number there."""
    numbered = [[(at, number) for number in range(len(one))] for at, one in enumerate(factors)]
    for some in itertools.combinations(numbered, strength):
        yield from itertools.product(*some)


def _best(option, count, chosen, left):
    """The choice that brings most meetings about; of equals the one that most are still left of."""
    open_ones = [meeting for meeting in left if any(one == option for one, _ in meeting)]

    def worth(number):
        tried = {**chosen, option: number}.items()
        mine = [meeting for meeting in open_ones if (option, number) in meeting]
        return sum(meeting <= tried for meeting in mine), len(mine)

    return max(range(count), key=worth)


def _names(factors, chosen):
    return (factors[option][number].items() for option, number in sorted(chosen.items()))


def resolved(template, chosen, given=()):
    """The template as a stack of these choices has it."""
    place = {"account": chosen[ACCOUNT], "region": chosen[REGION]}
    return resolve(template, parameters={**dict(given), **parameters_of(chosen)}, **place)


def parameters_of(chosen):
    return {name: value for name, value in chosen.items() if name not in (ACCOUNT, REGION)}


def compared_in(conditions):
    """Pairs of what conditions compare, either way round."""
    match conditions:
        case {"Fn::Equals": [one, other]}:
            yield from ((one, other), (other, one))
        case dict():
            for member in conditions.values():
                yield from compared_in(member)
        case list():
            for entry in conditions:
                yield from compared_in(entry)


def _chosen(template, places, given):
    compared = list(compared_in(template["Conditions"]))
    values = {
        name: _values(name, parameter, compared, places)
        for name, parameter in template["Parameters"].items()
        if name not in given and parameter["Type"] != "Number"
    }
    return {name: found for name, found in values.items() if len(found) > 1}


def _values(name, parameter, compared, places):
    """The default, the words that are allowed, those that a condition knows, and an example."""
    default = parameter["Default"]
    others = [other for one, other in compared if one == {"Ref": name}]
    known = [other for other in others if isinstance(other, str)]
    asked = [pseudo for pseudo in (ACCOUNT, REGION) if {"Ref": pseudo} in others]
    known += [place[pseudo] for place in places for pseudo in asked]
    found = [default, *parameter.get("AllowedValues", ()), *known]
    if default == "" and "AllowedValues" not in parameter:
        found.append(_example(name, parameter))
    return list(dict.fromkeys(found))


def _example(name, parameter):
    pattern = parameter.get("AllowedPattern", ".*")
    for example in EXAMPLES:
        if re.fullmatch(pattern, example):
            return example
    raise LookupError(f"no example is a {name}: add one that {pattern} takes to tests/options.py")


def _choices(template, values, given):
    """The products of values that every rule takes which speaks of these parameters alone."""
    rules = [rule for rule in template.get("Rules", {}).values() if values.keys() & {*_refs(rule)}]
    for choice in itertools.product(*values.values()):
        chosen = dict(zip(values, choice, strict=True))
        if all(_holds(template, rule, {**given, **chosen}) for rule in rules):
            yield chosen


def _holds(template, rule, chosen):
    """A rule's functions are those of conditions, which know how to be evaluated."""
    asserted = {str(at): one["Assert"] for at, one in enumerate(rule["Assertions"])}
    when = {"when": rule["RuleCondition"]} if "RuleCondition" in rule else {}
    probe = {"Parameters": template["Parameters"], "Conditions": {**asserted, **when}}
    verdicts = evaluate_conditions(probe, parameters=chosen, account="", region="")
    return not verdicts.pop("when", True) or all(verdicts.values())


def _refs(value):
    match value:
        case {"Ref": str() as name}:
            yield name
        case dict():
            for member in value.values():
                yield from _refs(member)
        case list():
            for entry in value:
                yield from _refs(entry)
