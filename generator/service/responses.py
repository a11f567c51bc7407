"""What API Gateway answers by itself: JSON bodies and the same headers as the function's."""

from troposphere import If, Ref
from troposphere.apigateway import GatewayResponse, RestApi

from generator.metadata import context
from generator.service.conditions import CALLERS_ARE_SIGNED
from generator.settings import SECURITY_HEADERS

# Not run by the template language of mapping templates: only $context is filled in.
_BODY = '{"message": %s, "requestId": "$context.requestId"}'


def build_gateway_responses(api: RestApi) -> tuple[GatewayResponse, ...]:
    """One for each class of error, and those whose status or headers are others."""
    return (
        _response(api, "DEFAULT_4XX", "A refusal carries the headers."),
        _response(api, "DEFAULT_5XX", "A failure carries the headers."),
        _not_found(api),
        _response(
            api,
            "UNSUPPORTED_MEDIA_TYPE",
            "Any other method than GET: its mock takes no content type.",
            status=405,
            message="Method not allowed",
            headers={"Allow": "GET"},
        ),
    )


def _not_found(api: RestApi) -> GatewayResponse:
    """API Gateway tells an unknown path from a call that is not signed by nothing."""
    kind = "MISSING_AUTHENTICATION_TOKEN"
    response = _response(
        api, kind, "An unknown path is 404; if callers sign, it or no signature 403."
    )
    as_it_is = _BODY % "$context.error.messageString"
    response.StatusCode = If(CALLERS_ARE_SIGNED, "403", "404")
    response.ResponseTemplates = {
        "application/json": If(CALLERS_ARE_SIGNED, as_it_is, _BODY % '"Not found"')
    }
    return response


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
        # Fixed values stand in single quotes.
        ResponseParameters={
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in own.items()
        },
        ResponseTemplates={"application/json": _BODY % text},
    )
    if status:
        response.StatusCode = str(status)
    return response
