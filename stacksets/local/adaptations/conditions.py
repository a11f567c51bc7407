"""Pseudo parameters in Conditions.

AWS: `{"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}` is true in us-east-1 (CloudFormation
user guide, pseudo parameters). ministack: a Ref to a pseudo parameter is its own name there, so
that the comparison is always false, and a per-region condition never holds.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import changesets, engine, handlers, stacks

_evaluate = engine._evaluate_conditions


def apply() -> None:
    """Have conditions evaluated with the pseudo parameters, wherever they are."""
    for module in (changesets, engine, handlers, stacks):
        module._evaluate_conditions = _evaluate_with_pseudo_parameters


def _evaluate_with_pseudo_parameters(template: dict[str, Any], params: dict[str, Any]) -> object:
    pseudo = {
        "AWS::AccountId": get_account_id(),
        "AWS::Partition": "aws",
        "AWS::Region": get_region(),
        "AWS::URLSuffix": "amazonaws.com",
    }
    values = {name: {"Value": value} for name, value in pseudo.items()}
    return _evaluate(template, {**values, **params})
