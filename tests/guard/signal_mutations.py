"""One thing wrong in what watches the service: alarms, who is told, the dashboard, sampling."""

from __future__ import annotations

from tests.guard.mutations import GONE, SERVICE, View, breaks, prop, use

WATCHED = View(
    template="service",
    environment="prod",
    parameters=(
        ("MonitoringRegion", "us-east-1"),
        ("AlarmEmail", "ops@example.com"),
        ("DomainName", "api.example.com"),
        ("HostedZoneId", "Z1"),
        ("Encryption", "customer"),
    ),
)


def published(*path):
    return prop("PolicyDocument", "Statement", 0, *path)


def sampled(*path):
    return prop("SamplingRule", *path)


SIGNAL_MUTATIONS = [
    *(
        mutation
        for view in (SERVICE, WATCHED)
        for mutation in [
            *breaks(
                "SIGNALS_HAVE_NO_NAME", view, "ServerErrorsAlarm", (prop("AlarmName"), "errors")
            ),
            *breaks(
                "SIGNALS_HAVE_NO_NAME",
                view,
                "RegionImpairedAlarm",
                (prop("AlarmName"), {"Fn::Sub": "impaired-${EnvironmentSuffix}"}),
            ),
            *breaks("SIGNALS_HAVE_NO_NAME", view, "Dashboard", (prop("DashboardName"), "mine")),
            *breaks("SIGNALS_HAVE_NO_NAME", view, "Topic", (prop("TopicName"), "alarms")),
            *breaks(
                "SILENCE_IS_NO_ALARM",
                view,
                "LatencyAlarm",
                (prop("TreatMissingData"), GONE),
                (prop("TreatMissingData"), "breaching"),
            ),
            *breaks(
                "NO_SINGLE_MINUTE_CALLS",
                view,
                "ThrottlesAlarm",
                (prop("EvaluationPeriods"), 1),
                (prop("DatapointsToAlarm"), 1),
                (prop("DatapointsToAlarm"), GONE),
            ),
            *breaks(
                "ONE_ALARM_NOTIFIES",
                view,
                "DurationAlarm",
                (prop("AlarmActions"), [{"Ref": "Topic"}]),
                (prop("OKActions"), [{"Ref": "Topic"}]),
                (prop("InsufficientDataActions"), [{"Ref": "Topic"}]),
            ),
            *breaks(
                "THE_COMPOSITE_NOTIFIES",
                view,
                "RegionImpairedAlarm",
                (prop("AlarmActions"), GONE),
                (prop("AlarmActions"), []),
                (prop("OKActions"), GONE),
                (prop("ActionsEnabled"), False),
            ),
            *breaks(
                "TOPIC_KEY_IS_NOT_AWS_S_OWN",
                view,
                "Topic",
                (prop("KmsMasterKeyId"), "alias/aws/sns"),
            ),
            *breaks(
                "TOPICS_HAVE_THE_KEY_OF_THE_STACK", view, "Topic", (prop("KmsMasterKeyId"), GONE)
            ),
            *breaks(
                "TOPIC_IS_FOR_OUR_ALARM",
                view,
                "TopicPolicy",
                (published("Principal"), "*"),
                (published("Principal"), {"AWS": "*"}),
                (published("Principal", "Service"), "events.amazonaws.com"),
                (published("Action"), ["sns:Publish", "sns:Subscribe"]),
                (published("Condition"), GONE),
                (published("Condition", "StringEquals"), GONE),
                (published("Condition", "ArnEquals"), GONE),
                (published("Condition", "ArnEquals", "aws:SourceArn"), "arn:aws:cloudwatch:*"),
            ),
            *breaks(
                "SUBSCRIPTIONS_ARE_BY_MAIL", view, "AlarmSubscription", (prop("Protocol"), "http")
            ),
            *breaks(
                "SAMPLING_IS_FOR_OUR_PROBES",
                view,
                "HealthSampling",
                (sampled("ResourceARN"), "*"),
                (sampled("ResourceARN"), {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/*"}),
                (sampled("URLPath"), "*"),
                (sampled("RuleName"), "health"),
                (sampled("RuleName"), {"Fn::Sub": "${Repository}"}),
            ),
        ]
    ),
    *breaks(
        "DASHBOARD_IS_MADE_BY_ONE_REGION",
        SERVICE,
        "Dashboard",
        (("Condition",), GONE),
        (("Condition",), "IsMonitored"),
    ),
    *breaks(
        "A_DRAINED_REGION_CALLS_NOBODY",
        SERVICE,
        "RegionImpairedAlarm",
        (prop("AlarmRule"), {"Fn::Sub": "ALARM(${ServerErrorsAlarm})"}),
        (prop("AlarmRule", "Fn::Sub", 1, "Serves"), "TRUE"),
        (prop("AlarmRule", "Fn::Sub", 1, "Serves", "Fn::If"), ["HasDomain", "FALSE", "TRUE"]),
        (prop("AlarmRule", "Fn::Sub", 1, "Serves", "Fn::If"), ["IsDrained", "TRUE", "TRUE"]),
    ),
    *breaks("SERVICES_USE_KEYS_FOR_US_ONLY", SERVICE, "Key", (use("OwnAlarms", "Condition"), GONE)),
    *breaks("THREE_TAGS", SERVICE, "ConcurrencyAlarm", (prop("Tags"), GONE)),
    *breaks("THREE_TAGS", SERVICE, "HealthSampling", (prop("Tags"), GONE)),
]
