"""Types that are kept as a template says, and that nothing acts on: so that a run can say so."""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.adaptations.registering import Record

_TYPES: Final = {
    "AWS::CertificateManager::Certificate": "certificates (issued at once, DNS is not asked)",
    "AWS::CloudWatch::Alarm": "alarms (no metrics of API Gateway and Lambda reach them)",
    "AWS::CloudWatch::CompositeAlarm": "composite alarms",
    "AWS::CloudWatch::Dashboard": "dashboards",
    "AWS::IAM::OIDCProvider": "OIDC providers (no token of theirs is asked for)",
    "AWS::KMS::Key": "keys (nothing is encrypted)",
    "AWS::SNS::Subscription": "subscriptions (no mail is sent)",
    "AWS::XRay::SamplingRule": "sampling rules (nothing is traced)",
}
_made: set[str] = set()


def apply() -> None:
    """Note which of them are made from now on; when every type is registered."""
    for resource_type, words in _TYPES.items():
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        handlers["create"] = _noting(words, handlers["create"])


def _noting(words: str, create: Callable[..., object]) -> Callable[..., object]:
    def create_and_note(logical_id: str, props: Record, stack_name: str) -> object:
        _made.add(words)
        return create(logical_id, props, stack_name)

    return create_and_note


def kept_only() -> list[str]:
    """Give what was made so far that nothing acts on, in words."""
    return sorted(_made)


def reset() -> None:
    """Forget what was made."""
    _made.clear()
