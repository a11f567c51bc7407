"""Who is called, and when: one page a region, whatever and however much is wrong in it."""

from collections.abc import Sequence
from typing import NamedTuple

from awacs.aws import (
    Allow,
    ArnEquals,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from awacs.sns import Publish
from troposphere import AccountId, GetAtt, If, NoValue, Ref, Sub
from troposphere.cloudwatch import Alarm, CompositeAlarm
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from generator.metadata import Skip, context, tags
from generator.policies import policy
from generator.service.conditions import (
    HAS_ALARM_EMAIL,
    HAS_CUSTOMER_KEY,
    IS_DRAINED,
    IS_MONITORED,
)
from generator.service.parameters import Parameters


class Notifications(NamedTuple):
    """The alarm that notifies, and its way to people."""

    topic: Topic
    region_impaired: CompositeAlarm
    topic_policy: TopicPolicy
    subscription: SubscriptionResource


def build_notifications(parameters: Parameters, alarms: Sequence[Alarm], key: Key) -> Notifications:
    """The composite of the alarms, and the topic that it publishes to.

    The topic's key is the customer's or none. Never AWS's own for SNS: CloudWatch may not use it,
    and the messages of alarms are lost (CloudWatch user guide, "Notifying users on alarm changes").

    Args:
        parameters: the parameters of the service.
        alarms: what a region is impaired by.
        key: the customer-managed key, which lets CloudWatch use it for the alarms of the stack.
    """
    topic = Topic(
        "Topic",
        Metadata=context(
            "Where a page goes: to AlarmEmail, and to what is subscribed by hand.",
            "no aws/sns key: CloudWatch may not use it",
        ),
        Condition=IS_MONITORED,
        KmsMasterKeyId=If(HAS_CUSTOMER_KEY, Ref(key), NoValue),
        Tags=tags(parameters),
    )
    impaired = _region_impaired(parameters, alarms, topic)
    subscription = SubscriptionResource(
        "AlarmSubscription",
        Metadata=context(
            "AlarmEmail has to confirm it; until then nothing is sent.",
            skips=(Skip("ES7000", "the alarm still shows"),),
        ),
        Condition=HAS_ALARM_EMAIL,
        TopicArn=Ref(topic),
        Protocol="email",
        Endpoint=Ref(parameters.alarm_email),
    )
    return Notifications(topic, impaired, _topic_policy(topic, impaired), subscription)


def _region_impaired(
    parameters: Parameters, alarms: Sequence[Alarm], topic: Topic
) -> CompositeAlarm:
    """One for all: a region that fails trips several alarms at once.

    A `Ref` of an alarm is its name, so none needs a name of ours. A region that is drained impairs
    nobody: FALSE keeps its alarm quiet whatever goes on there, and the end of the drain makes
    CloudWatch judge it anew, so that a region that is still sick calls then. To take the actions
    away would lose that call, for an alarm acts when its state changes only.
    """
    any_of_them = " OR ".join(f"ALARM(${{{alarm.title}}})" for alarm in alarms)
    environment, traffic = parameters.environment_suffix.title, parameters.traffic_state.title
    return CompositeAlarm(
        "RegionImpairedAlarm",
        Metadata=context(
            "One page a region, when it begins and when it ends; it names the alarms behind it. "
            "None while the region is drained.",
            "the only alarm with actions",
        ),
        Condition=IS_MONITORED,
        AlarmDescription=Sub(
            f"${{AWS::Region}} is impaired (${{{environment}}}, traffic ${{{traffic}}})"
        ),
        AlarmRule=Sub(f"${{Serves}} AND ({any_of_them})", Serves=If(IS_DRAINED, "FALSE", "TRUE")),
        AlarmActions=[Ref(topic)],
        OKActions=[Ref(topic)],
        Tags=tags(parameters),
    )


def _topic_policy(topic: Topic, impaired: CompositeAlarm) -> TopicPolicy:
    return TopicPolicy(
        "TopicPolicy",
        Metadata=context("CloudWatch may publish here for this one alarm."),
        Condition=IS_MONITORED,
        Topics=[Ref(topic)],
        PolicyDocument=_publish(topic, impaired),
    )


def _publish(topic: Topic, impaired: CompositeAlarm) -> PolicyDocument:
    return policy(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", "cloudwatch.amazonaws.com"),
            Action=[Publish],
            Resource=[Ref(topic)],
            Condition=Condition(
                [
                    StringEquals("aws:SourceAccount", AccountId),
                    ArnEquals("aws:SourceArn", GetAtt(impaired, "Arn")),
                ]
            ),
        )
    )
