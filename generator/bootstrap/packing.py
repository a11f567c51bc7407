"""Statements put into as few policies as IAM's limit allows."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from awacs.aws import PolicyDocument, Statement
from troposphere import encode_to_dict

from generator.policies import policy

# IAM user guide, "IAM and AWS STS quotas": a managed policy, white space not counted.
MANAGED_POLICY_LIMIT = 6_144
# The same for all inline policies of a role together.
INLINE_POLICY_LIMIT = 10_240

# The longest that each may become: what is measured fits wherever it is used.
_LONGEST = {
    "AWS::Partition": "aws-us-gov",
    "AWS::AccountId": "1" * 12,
    "AWS::Region": "ap-southeast-1",
    "AdminAccountId": "1" * 12,
    "EnvironmentSuffix": "e" * 20,
    "HomeRegion": "ap-southeast-1",
    "HostedZoneId": "Z" * 32,
}
# No partition has more regions.
_LONGEST_LISTS = {
    "TargetRegions": ["ap-southeast-1"] * 40,
    # CloudFormation takes no more of them: 4,096 bytes a parameter.
    "TargetAccountIds": ["1" * 12] * 315,
}


def pack(statements: Iterable[Statement]) -> tuple[PolicyDocument, ...]:
    """As many documents as it takes, the statements in their order.

    Raises:
        ValueError: a statement alone is too long.
    """
    packed: list[list[Statement]] = [[]]
    for statement in statements:
        if measure(policy(statement)) > MANAGED_POLICY_LIMIT:
            raise ValueError(f"statement {statement.Sid} alone is longer than a policy may be")
        if measure(policy(*packed[-1], statement)) > MANAGED_POLICY_LIMIT:
            packed.append([])
        packed[-1].append(statement)
    return tuple(policy(*entries) for entries in packed)


def measure(document: PolicyDocument) -> int:
    """What IAM counts of a document, with every parameter at its longest."""
    text = json.dumps(_fill(encode_to_dict(document)), separators=(",", ":"))
    return len("".join(text.split()))


def _fill(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        if set(value) == {"Ref"}:
            return _LONGEST_LISTS.get(value["Ref"]) or _LONGEST[value["Ref"]]
        if set(value) == {"Fn::Sub"}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: _LONGEST[found[1]], value["Fn::Sub"])
        return {name: _fill(entry) for name, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_fill(entry) for entry in value]
    return value
