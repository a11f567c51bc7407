"""X-Ray's sampling rules, kept and listed; nothing is sampled here.

ministack has no X-Ray. Rules belong to an account and region, where a name is taken once, and each
has AWS's rule `Default` (X-Ray API reference, GetSamplingRules).
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.settings import Place

Rule = dict[str, Any]
_PATHS: Final = ("/GetSamplingRules", "/ListTagsForResource")
_DEFAULT: Final[Rule] = {
    "RuleName": "Default",
    "ResourceARN": "*",
    "Priority": 10000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
    "Attributes": {},
}


class TakenError(ValueError):
    """A rule of that name is there already."""


class SamplingRules:
    """The rules of every account and region; they may be asked from any thread."""

    def __init__(self) -> None:
        self._rules: dict[Place, dict[str, Rule]] = {}
        self._tags: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()
            self._tags.clear()

    def create(self, place: Place, rule: Rule, tags: Mapping[str, str]) -> str:
        """Make a rule and give its ARN. Raises TakenError where there is one of its name."""
        now = time.time()
        kept = {**rule, "RuleARN": _arn(place, rule["RuleName"])}
        with self._lock:
            rules = self._rules.setdefault(place, {})
            if rule["RuleName"] in rules:
                raise TakenError(rule["RuleName"])
            rules[rule["RuleName"]] = {
                "SamplingRule": kept,
                "CreatedAt": now,
                "ModifiedAt": now,
            }
            self._tags[kept["RuleARN"]] = tags
        return str(kept["RuleARN"])

    def update(self, place: Place, arn: str, rule: Rule, tags: Mapping[str, str]) -> None:
        """Change a rule."""
        with self._lock:
            known = self._rules[place][rule["RuleName"]]
            known.update(SamplingRule={**rule, "RuleARN": arn}, ModifiedAt=time.time())
            self._tags[arn] = tags

    def delete(self, place: Place, arn: str) -> None:
        """Take a rule away; one that is gone already is no error."""
        with self._lock:
            self._rules.get(place, {}).pop(arn.rpartition("/")[2], None)
            self._tags.pop(arn, None)

    def answers(self, path: str) -> bool:
        """Tell whether a call of X-Ray is about what is kept here."""
        return path in _PATHS

    def answer(self, place: Place, path: str, body: bytes) -> bytes:
        """Give the body of the answer to a call."""
        with self._lock:
            if path == "/ListTagsForResource":
                tags = self._tags.get(json.loads(body)["ResourceARN"], {})
                listed = [{"Key": key, "Value": value} for key, value in tags.items()]
                return json.dumps({"Tags": listed}).encode()
            arn = _arn(place, "Default")
            default = {
                "SamplingRule": {**_DEFAULT, "RuleARN": arn},
                "CreatedAt": 0,
                "ModifiedAt": 0,
            }
            rules = [default, *self._rules.get(place, {}).values()]
            return json.dumps({"SamplingRuleRecords": rules}).encode()


def _arn(place: Place, name: str) -> str:
    account, region = place
    return f"arn:aws:xray:{region}:{account}:sampling-rule/{name}"
