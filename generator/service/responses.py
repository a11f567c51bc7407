"""What API Gateway answers by itself: JSON bodies and the same headers as the function's."""

from troposphere import If, Ref
from troposphere.apigateway import GatewayResponse, RestApi

from generator.metadata import context
from generator.service.conditions import CALLERS_ARE_SIGNED
from generator.settings import SECURITY_HEADERS

# Not run by the template language of mapping templates: only $context is filled in.
_BODY = '{"message":%s,"requestId":"$context.requestId"}'
_AS_IT_IS = "$context.error.messageString"


def build_gateway_responses(api: RestApi) -> tuple[GatewayResponse, ...]:
    """One for each class of error, and the one whose status is another."""
    return (
        _response(api, "DEFAULT_4XX", "A refusal carries the headers."),
        _response(api, "DEFAULT_5XX", "A failure carries the headers."),
        _not_found(api),
    )


def _not_found(api: RestApi) -> GatewayResponse:
    """API Gateway tells an unknown path from a call that is not signed by nothing."""
    kind = "MISSING_AUTHENTICATION_TOKEN"
    response = _response(
        api, kind, "An unknown path is 404; if callers sign, it or no signature 403."
    )
    response.StatusCode = If(CALLERS_ARE_SIGNED, "403", "404")
    response.ResponseTemplates = {
        "application/json": If(CALLERS_ARE_SIGNED, _BODY % _AS_IT_IS, _BODY % '"Not found"')
    }
    return response


def _response(api: RestApi, kind: str, why: str) -> GatewayResponse:
    title = "".join(word.capitalize() for word in kind.split("_"))
    return GatewayResponse(
        f"GatewayResponse{title}",
        Metadata=context(why),
        RestApiId=Ref(api),
        ResponseType=kind,
        # Fixed values stand in single quotes.
        ResponseParameters={
            f"gatewayresponse.header.{name}": f"'{value}'"
            for name, value in SECURITY_HEADERS.items()
        },
        ResponseTemplates={"application/json": _BODY % _AS_IT_IS},
    )
