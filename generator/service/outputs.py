"""What a stack tells those who call it."""

from troposphere import GetAtt, Output, Ref, Region, Sub
from troposphere.apigateway import RestApi

from generator.service.function import Compute
from generator.settings import STAGE_NAME


def build_outputs(api: RestApi, compute: Compute) -> tuple[Output, ...]:
    """Without exports: two environments in one account would clash."""
    endpoint = (
        f"https://${{{api.title}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE_NAME}/"
    )
    return (
        Output("ApiEndpoint", Description="Where the API answers.", Value=Sub(endpoint)),
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
