"""The service template, composed in the order in which it is read."""

from itertools import chain

from troposphere import BaseAWSObject, Template
from troposphere.apigateway import RestApi, Stage

from generator.metadata import template_context
from generator.service.api import build_api, build_routes
from generator.service.conditions import add_conditions
from generator.service.domain import build_domain
from generator.service.function import build_compute
from generator.service.health import Health, add_traffic_states, build_health
from generator.service.key import build_key
from generator.service.logs import build_execution_logs, build_logs
from generator.service.outputs import build_outputs
from generator.service.parameters import Parameters, add_parameters, build_parameters
from generator.service.permissions import build_permissions
from generator.service.records import build_global_records, build_regional_records
from generator.service.responses import build_gateway_responses
from generator.service.role import build_role
from generator.service.signals import build_signals
from generator.service.stage import build_publication
from generator.settings import Settings


def build_service(settings: Settings, source: str) -> Template:
    """The regional service.

    Args:
        settings: the constants of the render.
        source: the handler's source, which becomes the function's inline code.
    """
    parameters = build_parameters()
    api = build_api(settings, parameters)
    key = build_key(parameters, api)
    logs = build_logs(parameters, key)
    execution_logs = build_execution_logs(parameters, key, api)
    role = build_role(parameters, logs.function, key)
    compute = build_compute(
        settings, parameters, logs=logs.function, key=key, role=role, source=source
    )
    routes = build_routes(settings, api, compute.alias)
    responses = build_gateway_responses(api)
    publication = build_publication(
        parameters,
        api=api,
        parts=[*chain.from_iterable(routes), *responses],
        access_logs=logs.access,
        execution_logs=execution_logs,
    )

    template = _new_template()
    add_parameters(template, parameters)
    add_conditions(template, parameters)
    resources: list[BaseAWSObject] = [
        *(key, *chain.from_iterable(logs), role, *compute, api, *chain.from_iterable(routes)),
        *(*responses, *build_permissions(api, compute.alias), *execution_logs, *publication),
        *build_signals(settings, parameters, api=api, function=compute.function, key=key),
    ]
    template.add_resource(resources)
    health = _add_global_name(template, settings, parameters, api, publication.stage)
    template.add_output(list(build_outputs(parameters, api, compute, health)))
    return template


def _add_global_name(
    template: Template, settings: Settings, parameters: Parameters, api: RestApi, stage: Stage
) -> Health:
    """Put all that hangs on a domain into the template; what watches the region is given back."""
    domain = build_domain(settings, parameters, api, stage)
    own = build_regional_records(parameters, domain)
    health = build_health(parameters, domain, own.a)
    shared = build_global_records(parameters, domain, health.region)
    add_traffic_states(template)
    resources: list[BaseAWSObject] = [*domain, *own, *health, *shared]
    template.add_resource(resources)
    return health


def _new_template() -> Template:
    template = Template(Description="A REST API that says which region answered.")
    template.set_version("2010-09-09")
    template.set_metadata(
        template_context(
            "In each region: REST API (stage prod) -> Lambda alias live -> function; own log "
            "groups. With a domain Route 53 leads to the nearest healthy region.",
            "GET /health is public, GET /myresource unless Callers or AllowedNetworks close it",
            "no region needs another to answer",
            "nothing costs money while it is idle, unless a parameter asks for it",
            "no physical name that another region or environment could claim",
            "no transform or macro, so that what is reviewed is what is deployed",
        )
    )
    return template
