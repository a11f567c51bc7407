"""The JSON 1.1 protocol of Organizations: bodies in and out, by botocore's own service model."""

from __future__ import annotations

import functools
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader
from botocore.model import OperationNotFoundError, ServiceModel

from stacksets.local.control_plane.protocol.constraints import list_problems
from stacksets.local.organizations.errors import ReasonedError, invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

    from stacksets.local.control_plane.errors import ApiError

CONTENT_TYPE = "application/x-amz-json-1.1"
OK = 200
BAD_REQUEST = 400


@functools.cache
def service_model() -> ServiceModel:
    """Give the model of Organizations, read once."""
    description = Loader().load_service_model("organizations", "service-2")
    return ServiceModel(description, "organizations")


def decode_request(action: str, body: bytes) -> dict[str, Any]:
    """Give the members of a request; what the model does not know is left to ministack.

    Raises:
        ApiError: `InvalidInputException` for whatever the model forbids; all problems at once.
    """
    operation = find_operation(action)
    params: dict[str, Any] = json.loads(body or b"{}")
    if operation is None or operation.input_shape is None:
        return params
    known = {name: params[name] for name in operation.input_shape.members if name in params}
    problems = list_problems(operation.input_shape, known)
    if problems:
        raise invalid_input("; ".join(problems))
    return known


def find_operation(action: str) -> OperationModel | None:
    """Give the model of an Action, None when Organizations has none of this name."""
    try:
        return service_model().operation_model(action)
    except OperationNotFoundError:
        return None


def encode_response(result: Mapping[str, Any]) -> tuple[int, bytes]:
    """Give the HTTP status and body of a success."""
    return OK, json.dumps(result, default=datetime.timestamp).encode()


def encode_error(error: ApiError) -> tuple[int, bytes]:
    """Give the HTTP status and body of an error."""
    document = {"__type": error.code, "Message": error.message}
    if isinstance(error, ReasonedError):
        document["Reason"] = error.reason
    return BAD_REQUEST, json.dumps(document).encode()
