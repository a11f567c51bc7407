"""The service template, composed in the order in which it is read."""

from itertools import chain

from troposphere import BaseAWSObject, Template

from generator.metadata import template_context
from generator.service.api import build_api, build_routes
from generator.service.function import build_compute
from generator.service.logs import build_execution_logs, build_logs
from generator.service.outputs import build_outputs
from generator.service.parameters import add_parameters, build_parameters
from generator.service.permissions import build_permissions
from generator.service.responses import build_gateway_responses
from generator.service.role import build_role
from generator.service.stage import build_publication
from generator.settings import Settings


def build_service(settings: Settings, source: str) -> Template:
    """The regional service.

    Args:
        settings: the constants of the render.
        source: the handler's source, which becomes the function's inline code.
    """
    parameters = build_parameters()
    logs = build_logs(parameters)
    role = build_role(parameters, logs)
    compute = build_compute(settings, parameters, logs=logs, role=role, source=source)
    api = build_api(settings, parameters)
    routes = build_routes(settings, api, compute.alias)
    responses = build_gateway_responses(api)
    permissions = build_permissions(api, compute.alias)
    execution_logs = build_execution_logs(parameters, api)
    publication = build_publication(
        parameters,
        api=api,
        parts=[*chain.from_iterable(routes), *responses],
        access_logs=logs.access,
        execution_logs=execution_logs,
    )

    template = _new_template()
    add_parameters(template, parameters)
    resources: list[BaseAWSObject] = [
        *(*logs, role, *compute, api, *chain.from_iterable(routes)),
        *(*responses, *permissions, execution_logs, *publication),
    ]
    template.add_resource(resources)
    template.add_output(list(build_outputs(api, compute)))
    return template


def _new_template() -> Template:
    template = Template(Description="A REST API that says which region answered.")
    template.set_version("2010-09-09")
    template.set_metadata(
        template_context(
            "A stack in each region of a stack set: API Gateway REST API (stage prod) -> Lambda "
            "alias live -> function; own log groups; nothing is shared between regions.",
            "GET /myresource and GET /health are public: no authentication, bounded by throttling",
            "nothing costs money while it is idle",
            "no physical name that another region or environment could claim",
            "no transform or macro, so that what is reviewed is what is deployed",
        )
    )
    return template
