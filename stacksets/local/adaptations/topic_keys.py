"""The key that a topic's messages are encrypted with.

AWS: KmsMasterKeyId of an AWS::SNS::Topic is an attribute of the topic, which GetTopicAttributes
shows (CloudFormation template reference). ministack: drops it from templates.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import sns

from stacksets.local.adaptations.registering import keep_more

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_KEY = "KmsMasterKeyId"


def apply() -> None:
    """Keep the key."""
    keep_more("AWS::SNS::Topic", _keep)


def _keep(arn: str, props: Record) -> None:
    attributes = sns._topics[arn]["attributes"]
    attributes.pop(_KEY, None)
    attributes |= {_KEY: props[_KEY]} if _KEY in props else {}
