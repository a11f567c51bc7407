"""Which resources can be looked up by what CloudFormation calls them, and what is found of one."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class ResourceState(Enum):
    """Whether a resource is there; PENDING_DELETION is out of use, and AWS will delete it."""

    GONE = auto()
    THERE = auto()
    PENDING_DELETION = auto()


CHECKED_TYPES: Final = frozenset(
    {
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::RestApi",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::Route53::HealthCheck",
        "AWS::SNS::Topic",
        "AWS::XRay::SamplingRule",
    }
)
"""The types of which `Account.look_up` can tell whether one is there."""
