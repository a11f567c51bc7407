"""What API Gateway answers by itself: JSON bodies and the same headers as the function's."""

from troposphere import Ref
from troposphere.apigateway import GatewayResponse, RestApi

from generator.metadata import context
from generator.settings import SECURITY_HEADERS

# Not run by the template language of mapping templates: only $context is filled in.
_BODY = '{"message": %s, "requestId": "$context.requestId"}'


def build_gateway_responses(api: RestApi) -> tuple[GatewayResponse, ...]:
    """One for each class of error, and those whose status or headers are others."""
    return (
        _response(api, "DEFAULT_4XX", "Every refusal of the API carries the headers."),
        _response(api, "DEFAULT_5XX", "Every failure of the API carries the headers."),
        _response(
            api,
            "MISSING_AUTHENTICATION_TOKEN",
            "API Gateway answers an unknown path with 403 and this type; it is a 404.",
            status=404,
            message="Not found",
        ),
        _response(
            api,
            "UNSUPPORTED_MEDIA_TYPE",
            "Only the integrations that answer 405 read a content type; another than JSON ends "
            "here and is a 405 as well.",
            status=405,
            message="Method not allowed",
            headers={"Allow": "GET"},
        ),
        _response(
            api,
            "THROTTLED",
            "A caller over the stage's limit learns when to come back.",
            headers={"Retry-After": "1"},
        ),
    )


def static_headers(location: str, headers: dict[str, str]) -> dict[str, str]:
    """Header mappings with fixed values, which API Gateway wants in single quotes."""
    return {f"{location}.header.{name}": f"'{value}'" for name, value in headers.items()}


def _response(
    api: RestApi,
    kind: str,
    why: str,
    *,
    status: int | None = None,
    message: str = "",
    headers: dict[str, str] | None = None,
) -> GatewayResponse:
    text = f'"{message}"' if message else "$context.error.messageString"
    own = {**SECURITY_HEADERS, **(headers or {})}
    title = "".join(word.capitalize() for word in kind.split("_"))
    response = GatewayResponse(
        f"GatewayResponse{title}",
        Metadata=context(why),
        RestApiId=Ref(api),
        ResponseType=kind,
        ResponseParameters=static_headers("gatewayresponse", own),
        ResponseTemplates={"application/json": _BODY % text},
    )
    if status:
        response.StatusCode = str(status)
    return response
