"""Exports of stacks.

AWS: an export name is taken once in an account and Region, a second stack that exports it fails; an
export that another stack imports keeps its stack from being deleted and from changing or dropping
it (CloudFormation user guide, "Get exported outputs from a deployed stack"). ministack: the last
stack to export a name takes it over, an update changes what is imported and keeps what is dropped,
and a refused deletion is told in other words than AWS's.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Exports = dict[str, dict[str, str]]
Answer = tuple[int, dict[str, str], bytes]
_resolve = stacks._resolve_stack_outputs
_delete_stack = handlers._delete_stack
_IN_USE = re.compile(rb"Export ([^<]*) is imported by stack ([^<]*)")


def apply() -> None:
    """Have exports checked before they are published, and refusals told in AWS's words."""
    stacks._resolve_stack_outputs = _resolve_and_check
    handlers._ACTION_HANDLERS["DeleteStack"] = _delete_in_awss_words


def _resolve_and_check(*stack: Any) -> tuple[list[Any], Exports]:  # noqa: ANN401 - ministack's own
    """Resolve the outputs, refuse exports that cannot be, and drop those that are no more."""
    outputs, exports = _resolve(*stack)
    stack_id = stack[-1]
    published = cloudformation._exports
    for name in exports:
        taken = published.get(name)
        if taken and taken["StackId"] != stack_id:
            raise ValueError(
                f"Export with name {name} is already exported by stack "
                f"{_name_of(taken['StackId'])}. Rollback requested by user."
            )
    own = {name: export for name, export in published.items() if export["StackId"] == stack_id}
    for complaint in _complaints(own, exports, stack_id):
        raise ValueError(complaint)
    for name in own.keys() - exports.keys():
        published.pop(name)
    return outputs, exports


def _complaints(own: Exports, exports: Exports, stack_id: str) -> Iterator[str]:
    for name, export in own.items():
        if export == exports.get(name):
            continue
        for importer in _importers(name, stack_id):
            change = "updated" if name in exports else "deleted"
            yield f"Export {name} cannot be {change} as it is in use by {importer}"


def _importers(export: str, stack_id: str) -> Iterator[str]:
    stack: Mapping[str, Any]
    for name, stack in cloudformation._stacks.items():
        status = stack.get("StackStatus", "")
        other = stack["StackId"] != stack_id and "DELETE" not in status
        stands = other and status.endswith("_COMPLETE")
        if stands and export in handlers._imported_export_names(stack, name):
            yield name


def _name_of(stack_id: str) -> str:
    return stack_id.split("/")[1]


def _delete_in_awss_words(params: Mapping[str, Any]) -> Answer:
    status, headers, body = _delete_stack(params)
    told = _IN_USE.sub(rb"Export \1 cannot be deleted as it is in use by \2", body)
    return status, headers, told
