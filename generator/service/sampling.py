"""Which requests leave no trace: health probes, which come by the million and say nothing."""

from troposphere import Sub
from troposphere.apigateway import RestApi
from troposphere.xray import SamplingRule, SamplingRuleProperty

from generator.metadata import context, tags
from generator.service.conditions import HAS_DOMAIN
from generator.service.parameters import Parameters
from generator.settings import PATHS, STAGE_NAME

_PREFIX = "mrs-health-"


def build_sampling(parameters: Parameters, api: RestApi) -> SamplingRule:
    """Samples none of the probes of this API's stage; the function follows API Gateway's decision.

    Only a domain has health checks that probe. The forms are those of the API Gateway developer
    guide, "X-Ray sampling rule option values for API Gateway APIs". A path holds the stage or not,
    by the host that was called.
    """
    arn = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{{api.title}}}"
    environment = f"${{{parameters.environment_suffix.title}}}"
    return SamplingRule(
        "HealthSampling",
        Metadata=context(
            "No trace of probes: X-Ray takes a request a second, nearly all of them.",
            "one name an account and region: it holds the environment, in 32 letters",
        ),
        Condition=HAS_DOMAIN,
        SamplingRule=SamplingRuleProperty(
            RuleName=Sub(_PREFIX + environment),
            Priority=100,
            ReservoirSize=0,
            FixedRate=0,
            ServiceName="*",
            ServiceType="AWS::ApiGateway::Stage",
            ResourceARN=Sub(f"{arn}/stages/{STAGE_NAME}"),
            Host="*",
            HTTPMethod="GET",
            URLPath=f"*/{PATHS['Health']}",
            Version=1,
        ),
        Tags=tags(parameters),
    )
