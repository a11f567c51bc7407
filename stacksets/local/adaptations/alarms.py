"""Alarms: composite ones, of metric math, and what they are told of few samples.

AWS: AWS::CloudWatch::CompositeAlarm is a type; AWS::CloudWatch::Alarm takes Metrics in place of one
metric, and keeps EvaluateLowSampleCountPercentile; an alarm has either a Statistic or an
ExtendedStatistic (CloudFormation template reference). ministack: does not know composite alarms as
a type, refuses Metrics in a template (not in PutMetricAlarm), drops the percentile's rule, and
shows an Average beside every percentile.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.registering import (
    Change,
    Made,
    Record,
    already_exists,
    invalid_request,
    register,
    tag_map,
)

_COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
_REFUSED = 400
_FEW_SAMPLES = "EvaluateLowSampleCountPercentile"
_OF_ONE_METRIC = frozenset(
    {"Dimensions", "ExtendedStatistic", "MetricName", "Namespace", "Period", "Statistic", "Unit"}
)
_make_record = provisioners._cw_metric_alarm_record


def apply() -> None:
    """Take metric math and percentiles as they are, and register composite alarms."""
    provisioners._cw_metric_alarm_record = _record
    register(_COMPOSITE, _CompositeAlarms(), create_only=("AlarmName",))


def _record(name: str, props: Record) -> Record:
    """Give an alarm as ministack keeps it; one of metric math is kept and never evaluated."""
    queries = props.get("Metrics")
    if queries:
        plain = {key: value for key, value in props.items() if key != "Metrics"}
        made = _make_record(name, {**plain, "MetricName": "-", "Namespace": "-"})
        kept = {key: value for key, value in made.items() if key not in _OF_ONE_METRIC}
        return {**kept, "Metrics": queries}
    record: Record = _make_record(name, props)
    if record["ExtendedStatistic"]:
        record["Statistic"] = None
    if _FEW_SAMPLES in props:
        record[_FEW_SAMPLES] = props[_FEW_SAMPLES]
    return record


class _CompositeAlarms:
    def create(self, logical_id: str, props: Record, stack_name: str) -> Made:
        name = props.get("AlarmName") or provisioners._physical_name(
            stack_name, logical_id, max_len=255
        )
        if name in cloudwatch._composite_alarms:
            raise already_exists(_COMPOSITE, name)
        return _put(name, props)

    def update(self, change: Change) -> Made:
        return _put(change.physical_id, change.new)

    def delete(self, physical_id: str) -> None:
        alarm = cloudwatch._composite_alarms.pop(physical_id, None)
        cloudwatch._composite_triggers.pop(physical_id, None)
        if alarm:
            cloudwatch._resource_tags.pop(alarm["AlarmArn"], None)


def _put(name: str, props: Record) -> Made:
    """Put the alarm, whose actions may be suppressed; raise what CloudWatch refuses of its rule."""
    call = {key: value for key, value in props.items() if key != "Tags"}
    status, _, body = cloudwatch._put_composite_alarm(
        {}, {**call, "AlarmName": name}, is_cbor=False, is_json=True
    )
    if status >= _REFUSED:
        raise invalid_request(json.loads(body)["message"], "CloudWatch")
    alarm = cloudwatch._composite_alarms[name]
    alarm.update({key: value for key, value in call.items() if key.startswith("ActionsSuppressor")})
    cloudwatch._resource_tags[alarm["AlarmArn"]] = tag_map(props.get("Tags"))
    return name, {"Arn": alarm["AlarmArn"]}
