"""What is wrong in this region: six alarms, none of which notifies.

The composite alarm of `notifications.py` does, once for all of them. Each looks at the latest five
minutes and wants three that are bad, so that no single request calls anybody; a minute without
traffic is no bad one.
"""

from typing import Any, Final

from troposphere import Ref, Sub
from troposphere.awslambda import Function
from troposphere.cloudwatch import Alarm, Metric, MetricDataQuery, MetricDimension, MetricStat

from generator.metadata import context, tags
from generator.service.conditions import IS_MONITORED
from generator.service.parameters import Parameters
from generator.settings import API_NAME, STAGE_NAME, Settings

_MINUTE: Final = 60
_FAILED_SHARE: Final = 0.01
# The handler takes milliseconds and a cold start about half a second.
_SLOW_MILLISECONDS: Final = 1000
_SHARE_OF_THE_TIMEOUT: Final = 0.8
_PERCENT_OF_THE_CAPACITY: Final = 70


def build_alarms(
    settings: Settings, parameters: Parameters, function: Function
) -> tuple[Alarm, ...]:
    """The alarms: what callers feel, then what tells why, then what warns."""
    return (
        _server_errors(parameters),
        _latency(parameters),
        _function_errors(parameters, function),
        _throttles(parameters, function),
        _duration(settings, parameters, function),
        _concurrency(parameters, function),
    )


def _server_errors(parameters: Parameters) -> Alarm:
    """API Gateway keys its metrics by the API's name, which is the same in every environment."""
    return _alarm(
        parameters,
        "ServerErrorsAlarm",
        "Callers get errors.",
        f"{_FAILED_SHARE:.0%} of requests fail, all environments of this account and region",
        threshold=_FAILED_SHARE,
        measured={**_of_the_api("5XXError"), "Statistic": "Average"},
    )


def _latency(parameters: Parameters) -> Alarm:
    """A p99 is judged from 1000 samples on; of fewer, one cold start would be the slowest 1 %.

    CloudWatch user guide, "Percentile-based alarms and low data samples".
    """
    return _alarm(
        parameters,
        "LatencyAlarm",
        "Callers wait. Few requests are not judged: one cold start would be 1% of them.",
        f"p99 over {_SLOW_MILLISECONDS} ms, all environments of this account and region",
        threshold=_SLOW_MILLISECONDS,
        measured={
            **_of_the_api("Latency"),
            "ExtendedStatistic": "p99",
            "EvaluateLowSampleCountPercentile": "ignore",
        },
    )


def _function_errors(parameters: Parameters, function: Function) -> Alarm:
    return _alarm(
        parameters,
        "FunctionErrorsAlarm",
        "The handler catches all else.",
        "The function times out, crashes or does not start",
        threshold=1,
        measured={**_of_the_function("Errors", function), "Statistic": "Sum"},
    )


def _throttles(parameters: Parameters, function: Function) -> Alarm:
    return _alarm(
        parameters,
        "ThrottlesAlarm",
        "The account's concurrency is used up, by whichever function.",
        "Lambda has no concurrency left",
        threshold=1,
        measured={**_of_the_function("Throttles", function), "Statistic": "Sum"},
    )


def _duration(settings: Settings, parameters: Parameters, function: Function) -> Alarm:
    """Of few requests too: Duration holds no cold start, and none takes so long while all is well.

    A cold start is InitDuration, which is no metric.
    """
    return _alarm(
        parameters,
        "DurationAlarm",
        "Warns before requests time out.",
        f"p99 over {_SHARE_OF_THE_TIMEOUT:.0%} of the timeout",
        threshold=round(settings.function_timeout_seconds * 1000 * _SHARE_OF_THE_TIMEOUT),
        measured={**_of_the_function("Duration", function), "ExtendedStatistic": "p99"},
    )


def _concurrency(parameters: Parameters, function: Function) -> Alarm:
    """Measured by what the throttle lets in, which is a parameter: hence an expression.

    The stage lets in R requests a second. By Little's law 0.7 R run at a time where each takes
    0.7 s, while 20 ms are planned: they pile up. A throttle bounds what arrives and not what runs,
    which may grow to R times the timeout for each method: docs/capacity.md holds that to Lambda's
    default quota. An account that has less than 0.7 R is told by its throttles.
    """
    metric = Metric(**_named("ConcurrentExecutions", function))
    running = MetricStat(Metric=metric, Period=_MINUTE, Stat="Maximum")
    share = Sub(f"100*running/${{{parameters.throttling_rate_limit.title}}}")
    return _alarm(
        parameters,
        "ConcurrencyAlarm",
        "Warns that requests pile up: at a full rate, each takes 0.7 s.",
        f"{_PERCENT_OF_THE_CAPACITY}% of what the throttle lets in runs at once",
        threshold=_PERCENT_OF_THE_CAPACITY,
        measured={
            "Metrics": [
                MetricDataQuery(Id="share", Expression=share),
                MetricDataQuery(Id="running", MetricStat=running, ReturnData=False),
            ]
        },
    )


def _of_the_api(metric: str) -> dict[str, Any]:
    """Without detailed metrics, which are billed, these two dimensions are all there are."""
    dimensions = {"ApiName": API_NAME, "Stage": STAGE_NAME}
    return {
        "Namespace": "AWS/ApiGateway",
        "MetricName": metric,
        "Dimensions": [
            MetricDimension(Name=name, Value=value) for name, value in dimensions.items()
        ],
        "Period": _MINUTE,
    }


def _of_the_function(metric: str, function: Function) -> dict[str, Any]:
    return {**_named(metric, function), "Period": _MINUTE}


def _named(metric: str, function: Function) -> dict[str, Any]:
    """Of the function as a whole: the alias is the one way in."""
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": [MetricDimension(Name="FunctionName", Value=Ref(function))],
    }


def _alarm(
    parameters: Parameters,
    title: str,
    why: str,
    says: str,
    *,
    threshold: float,
    measured: dict[str, Any],
) -> Alarm:
    return Alarm(
        title,
        Metadata=context(why),
        Condition=IS_MONITORED,
        AlarmDescription=says,
        **measured,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=threshold,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=tags(parameters),
    )
