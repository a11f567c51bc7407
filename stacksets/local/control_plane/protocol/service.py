"""botocore's description of CloudFormation: the one source of shapes, limits and error codes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

from botocore.loaders import Loader
from botocore.model import NoShapeFoundError, ServiceModel

if TYPE_CHECKING:
    from botocore.model import StructureShape

BAD_REQUEST = 400


@functools.cache
def service_model() -> ServiceModel:
    """Give the model of CloudFormation, read once."""
    description = Loader().load_service_model("cloudformation", "service-2")
    return ServiceModel(description, "cloudformation")


def input_shape(action: str) -> StructureShape:
    """Give the shape of an operation's parameters."""
    return cast("StructureShape", service_model().operation_model(action).input_shape)


def output_shape(action: str) -> StructureShape:
    """Give the shape of an operation's result."""
    return cast("StructureShape", service_model().operation_model(action).output_shape)


@functools.cache
def http_status(code: str) -> int:
    """Give the HTTP status of an error code: the model's, and 400 for what it does not model."""
    try:
        shape = service_model().shape_for(code)
    except NoShapeFoundError:
        return BAD_REQUEST
    return int(shape.metadata["error"]["httpStatusCode"])
