"""What a MOCK integration answers.

AWS: a static header value is all between the outer quotes, inner ones included, and the response
template is rendered, `$context.requestId` among its variables (API Gateway developer guide,
"Mapping template variables"). ministack: strips every quote at either end, and sends the template
as it is.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1

Record = dict[str, Any]
_invoke = apigateway_v1._invoke_mock_v1


def apply() -> None:
    """Render what the mock answers."""
    apigateway_v1._invoke_mock_v1 = _invoke_rendered


def _invoke_rendered(integration: Record) -> tuple[int, Record, bytes]:
    responses = integration.get("integrationResponses") or {}
    unquoted = {code: _with_plain_values(response) for code, response in responses.items()}
    status, headers, body = _invoke({**integration, "integrationResponses": unquoted})
    context = {"requestId": apigateway_v1.new_uuid()}
    text = apigateway_v1._render_request_template_v1(body.decode(), "", {}, context)
    return status, {**headers, "x-amzn-requestid": context["requestId"]}, text.encode()


def _with_plain_values(response: Record) -> Record:
    parameters = response.get("responseParameters") or {}
    return {
        **response,
        "responseParameters": {
            name: value[1:-1] if value.startswith("'") else value
            for name, value in parameters.items()
        },
    }
