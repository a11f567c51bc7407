"""Adds resource types to ministack's table of provisioners.

A provisioner runs on the server's event loop: it records what the template says, in process, and
neither calls nor waits.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]
Made = tuple[str, dict[str, str]]
"""What Ref gives, and what Fn::GetAtt gives by its name."""


class Change(NamedTuple):
    """An update in place: what was made, its properties until now, those that are wanted."""

    physical_id: str
    old: Record
    new: Record


class Provisioner(Protocol):
    """How a type is made, changed in place and taken away."""

    def create(self, logical_id: str, props: Record, stack_name: str) -> Made:
        """Make it."""
        ...

    def update(self, change: Change) -> Made:
        """Change it in place."""
        ...

    def delete(self, physical_id: str) -> None:
        """Take it away; one that is gone already is no error."""
        ...


def register(
    resource_type: str,
    provisioner: Provisioner,
    *,
    create_only: tuple[str, ...] = (),
    tags: str = "Tags",
) -> None:
    """Have ministack provision a type, hand it the stack's tags, and replace it where it must.

    `create_only` are the schema's createOnlyProperties (`HealthCheckConfig.Type`), `tags` its
    tagProperty.
    """

    def update(
        physical_id: str, old: Record, new: Record, stack_name: str, logical_id: str
    ) -> object:
        if any(_get(old, path) != _get(new, path) for path in create_only):
            return provisioners._replace_resource(
                resource_type, physical_id, old, new, stack_name, logical_id
            )
        return provisioner.update(Change(physical_id, old, new))

    provisioners._RESOURCE_HANDLERS[resource_type] = {
        "create": provisioner.create,
        "update": update,
        "update_with_logical_id": True,
        "delete": lambda physical_id, _: provisioner.delete(physical_id),
    }
    provisioners._STACK_TAG_PROPERTY[resource_type] = (tags, "list")


def keep_more(resource_type: str, keep: Callable[[str, Record], None]) -> None:
    """Have ministack keep what it drops of a type that it provisions itself.

    `keep` is given the id of what was made or changed, and the properties that are wanted.
    """
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def create_and_keep(logical_id: str, props: Record, stack_name: str) -> object:
        made = create(logical_id, props, stack_name)
        keep(made[0], props)
        return made

    def update_and_keep(
        physical_id: str, old: Record, new: Record, stack_name: str, logical_id: str
    ) -> object:
        made = update(physical_id, old, new, stack_name, logical_id)
        keep(made[0], new)
        return made

    handlers.update(create=create_and_keep, update=update_and_keep)


def already_exists(resource_type: str, identifier: str) -> ValueError:
    """Give what CloudFormation says of a resource that is there already."""
    return ValueError(
        f"Resource handler returned message: \"Resource of type '{resource_type}' with "
        f"identifier '{identifier}' already exists.\" "
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)"
    )


def invalid_request(message: str, service: str) -> ValueError:
    """Give what CloudFormation says of a resource that its service calls invalid."""
    return refused(message, service, 400, "InvalidRequest")


def refused(message: str, service: str, status: int, code: str) -> ValueError:
    """Give what CloudFormation says of a resource that its service refuses, and by which code."""
    return ValueError(
        f'Resource handler returned message: "{message} (Service: {service}, Status Code: '
        f'{status}, Request ID: {uuid.uuid4()})" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})"
    )


def _get(props: Record, path: str) -> object:
    value: Any = props
    for name in path.split("."):
        value = (value or {}).get(name)
    return value


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Give a template's list of tags as a mapping."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or []}
