"""Whether a role's trust policy lets a caller in, as far as that can be told beforehand.

Sources: IAM user guide, reference_policies_elements_condition ("all operators and keys, any value")
and reference_policies_elements_condition_operators (wildcards, and ARNs part by part).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSUMES = frozenset({"sts:AssumeRole", "sts:*", "*"})
_ARN_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who would assume a role.

    `names` are the principals of `kind` that mean the caller, the usual one first; `facts` are the
    condition keys that AWS will fill in, in small letters, as IAM compares them.
    """

    kind: str
    names: Sequence[str]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a trust policy says of a caller.

    `allowed` is None where that hangs on conditions that were not checked; `unmet` are the
    conditions that keep the caller out of statements which name it.
    """

    allowed: bool | None
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    """One operator and key of a statement; `met` is None where it was not checked."""

    words: str
    met: bool | None


def judge_trust(policy: Mapping[str, object], caller: Caller) -> Trust:
    """Tell whether any statement lets the caller in; a Deny is not looked at."""
    unmet: list[str] = []
    is_open = False
    for statement in _listed(policy.get("Statement")):
        if not isinstance(statement, Mapping) or not _names(statement, caller):
            continue
        conditions = tuple(_conditions(statement, caller.facts))
        missed = [one.words for one in conditions if one.met is False]
        unmet += missed
        if all(one.met for one in conditions):
            return Trust(allowed=True)
        is_open = is_open or not missed
    return Trust(allowed=None if is_open else False, unmet=tuple(unmet))


def _names(statement: Mapping[str, object], caller: Caller) -> bool:
    if statement.get("Effect") != "Allow" or _ASSUMES.isdisjoint(_listed(statement.get("Action"))):
        return False
    principal = statement.get("Principal")
    named = _listed(principal.get(caller.kind) if isinstance(principal, Mapping) else principal)
    return any(one in {*caller.names, "*"} for one in named)


def _conditions(statement: Mapping[str, object], facts: Mapping[str, str]) -> Iterator[_Condition]:
    block = statement.get("Condition", {})
    for operator, keys in block.items() if isinstance(block, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            wanted = [str(value) for value in _listed(values)]
            yield _Condition(
                words=f"{operator} {key} {' or '.join(wanted)}",
                met=_is_met(operator, facts.get(key.lower()), wanted),
            )


def _is_met(operator: str, fact: str | None, wanted: Sequence[str]) -> bool | None:
    matches = _OPERATORS.get(operator)
    # AWS puts something into a policy variable that is not known here.
    if matches is None or fact is None or any("${" in value for value in wanted):
        return None
    return any(matches(fact, value) for value in wanted)


def _is_equal(fact: str, value: str) -> bool:
    return fact == value


def _is_like(fact: str, pattern: str) -> bool:
    wild = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wild.get(one, re.escape(one)) for one in pattern), fact) is not None


def _is_arn_like(fact: str, pattern: str) -> bool:
    parts = zip_longest(
        fact.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1), fillvalue=""
    )
    return all(_is_like(one, wanted) for one, wanted in parts)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": _is_arn_like,
    "ArnLike": _is_arn_like,
    "StringEquals": _is_equal,
    "StringLike": _is_like,
}


def _listed(value: object) -> Sequence[object]:
    """IAM lets a list of one be written as that one."""
    return value if isinstance(value, list | tuple) else [value]
