"""Dashboards.

AWS: a dashboard belongs to the account, not to a Region: each Region shows it, and its name is
taken in all of them (CloudWatch user guide; its ARN names no Region). ministack: keeps them by
Region, so that two stacks of one name never meet.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from ministack.core.responses import AccountScopedDict
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.registering import Record, already_exists

_TYPE = "AWS::CloudWatch::Dashboard"
_create = provisioners._RESOURCE_HANDLERS[_TYPE]["create"]


def apply() -> None:
    """Keep dashboards by account, and refuse a name that is taken."""
    cloudwatch._dashboards = AccountScopedDict()
    provisioners._RESOURCE_HANDLERS[_TYPE]["create"] = _create_new


def _create_new(logical_id: str, props: Record, stack_name: str) -> object:
    name = props.get("DashboardName")
    if name in cloudwatch._dashboards:
        raise already_exists(_TYPE, str(name))
    return _create(logical_id, props, stack_name)
