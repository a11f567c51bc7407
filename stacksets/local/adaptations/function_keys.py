"""The key that a function's environment is encrypted with.

AWS: KmsKeyArn of an AWS::Lambda::Function is kept, and GetFunctionConfiguration shows it
(CloudFormation template reference). ministack: drops it from templates.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import lambda_svc

from stacksets.local.adaptations.registering import keep_more

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record


def apply() -> None:
    """Keep the key."""
    keep_more("AWS::Lambda::Function", _keep)


def _keep(name: str, props: Record) -> None:
    lambda_svc._functions[name]["config"]["KMSKeyArn"] = props.get("KmsKeyArn", "")
