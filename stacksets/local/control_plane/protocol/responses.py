"""The result of an operation, or an error -> the XML that an AWS client parses."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, StructureShape

from stacksets.local.control_plane.protocol.service import (
    http_status,
    output_shape,
    service_model,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

    from stacksets.local.control_plane.errors import ApiError

OK = 200
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_response(action: str, result: Mapping[str, Any]) -> tuple[int, bytes]:
    """Give the HTTP status and body of a success; members that are None are left out."""
    shape = output_shape(action)
    wrapper = shape.serialization["resultWrapper"]
    inner = _element(wrapper, _structure(shape, result))
    metadata = _element("ResponseMetadata", _element("RequestId", _request_id()))
    return OK, _document(f"{action}Response", inner + metadata)


def encode_error(error: ApiError) -> tuple[int, bytes]:
    """Give the HTTP status and body of an error."""
    fault = (
        _element("Type", "Sender")
        + _element("Code", error.code)
        + _element("Message", _text(error.message))
    )
    body = _document(
        "ErrorResponse", _element("Error", fault) + _element("RequestId", _request_id())
    )
    return http_status(error.code), body


def _document(root: str, inner: str) -> bytes:
    namespace = service_model().metadata["xmlNamespace"]
    return f'<{root} xmlns="{namespace}">{inner}</{root}>'.encode()


def _request_id() -> str:
    return str(uuid.uuid4())


def _element(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>"


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> str:
    return "".join(
        _element(name, _value(shape.members[name], item))
        for name, item in value.items()
        if item is not None
    )


def _value(shape: Shape, value: Any) -> str:  # noqa: ANN401 - whatever the model says
    if isinstance(shape, StructureShape):
        return _structure(shape, value)
    if isinstance(shape, ListShape):
        return "".join(_element("member", _value(shape.member, item)) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _text(str(value))


def _text(text: str) -> str:
    """Escape; a carriage return as a reference, since parsers read a bare one as a newline."""
    return escape(NOT_IN_XML.sub("�", text), {"\r": "&#xD;"})
