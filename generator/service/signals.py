"""All that tells how the service is, together."""

from troposphere import AWSObject
from troposphere.apigateway import RestApi
from troposphere.awslambda import Function
from troposphere.kms import Key

from generator.service.alarms import build_alarms
from generator.service.dashboard import build_dashboard
from generator.service.notifications import build_notifications
from generator.service.parameters import Parameters
from generator.service.sampling import build_sampling
from generator.settings import Settings


def build_signals(
    settings: Settings,
    parameters: Parameters,
    *,
    api: RestApi,
    function: Function,
    key: Key,
) -> tuple[AWSObject, ...]:
    """Alarms, who is told of them, the dashboard, and what is not traced.

    Args:
        settings: the constants of the render.
        parameters: the parameters of the service.
        api: the API.
        function: the function behind it.
        key: the customer-managed key, which is the topic's as well.
    """
    alarms = build_alarms(settings, parameters, function)
    return (
        *alarms,
        *build_notifications(parameters, alarms, key),
        build_dashboard(parameters),
        build_sampling(parameters, api),
    )
