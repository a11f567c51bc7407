"""What a stack tells those who call it."""

from troposphere import GetAtt, If, Output, Ref, Region, Sub
from troposphere.apigateway import RestApi

from generator.service.conditions import HAS_DOMAIN
from generator.service.function import Compute
from generator.service.health import Health
from generator.service.parameters import Parameters
from generator.settings import STAGE_NAME


def build_outputs(
    parameters: Parameters, api: RestApi, compute: Compute, health: Health
) -> tuple[Output, ...]:
    """Without exports: two environments in one account would clash."""
    return (
        Output(
            "ApiEndpoint",
            Description="Where this region answers.",
            Value=_endpoint(parameters, api),
        ),
        *_global_name(parameters, health),
        Output("ApiId", Description="The id of the REST API.", Value=Ref(api)),
        Output("FunctionName", Description="The function.", Value=Ref(compute.function)),
        Output(
            "FunctionArn", Description="The function's ARN.", Value=GetAtt(compute.function, "Arn")
        ),
        Output(
            "FunctionVersion",
            Description="The version that `live` points at.",
            Value=GetAtt(compute.version, "Version"),
        ),
        Output("Region", Description="The region of this stack.", Value=Region),
    )


def _endpoint(parameters: Parameters, api: RestApi) -> If:
    """The base of every URL of this region: the stage is in it where no mapping stands for it."""
    by_name = f"https://${{AWS::Region}}.${{{parameters.domain_name.title}}}/"
    by_id = (
        f"https://${{{api.title}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE_NAME}/"
    )
    return If(HAS_DOMAIN, Sub(by_name), Sub(by_id))


def _global_name(parameters: Parameters, health: Health) -> tuple[Output, ...]:
    return (
        Output(
            "GlobalEndpoint",
            Condition=HAS_DOMAIN,
            Description="Where all regions answer.",
            Value=Sub(f"https://${{{parameters.domain_name.title}}}/"),
        ),
        Output(
            "RegionHealthCheckId",
            Condition=HAS_DOMAIN,
            Description="The check that global records follow.",
            Value=Ref(health.region),
        ),
        Output(
            "EndpointHealthCheckId",
            Condition=HAS_DOMAIN,
            Description="The check that asks for /health.",
            Value=Ref(health.endpoint),
        ),
    )
