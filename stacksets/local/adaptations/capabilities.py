"""Capabilities.

AWS: CreateStack and UpdateStack with a template that makes IAM resources fail with
InsufficientCapabilitiesException where CAPABILITY_IAM, or CAPABILITY_NAMED_IAM for named ones, is
not given (CloudFormation API reference, CreateStack). ministack: asks for them with AUTH only.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from ministack.services.cloudformation import handlers


def apply() -> None:
    """Have capabilities asked for."""
    handlers._capabilities_enforced = _always


def _always() -> bool:
    return True
