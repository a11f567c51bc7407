"""AWS::IAM::OIDCProvider.

AWS: makes the account's provider for that URL; Ref and GetAtt Arn give its ARN, a second one of the
same URL fails (CloudFormation template reference). ministack: does not know the type.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from ministack.core.responses import get_account_id
from ministack.services import iam

from stacksets.local.adaptations.registering import (
    Change,
    Made,
    Record,
    already_exists,
    register,
)

TYPE = "AWS::IAM::OIDCProvider"


def apply() -> None:
    """Register the type."""
    register(TYPE, _OidcProviders(), create_only=("Url",))


class _OidcProviders:
    def create(self, _: str, props: Record, __: str) -> Made:
        host = str(props["Url"]).removeprefix("https://").rstrip("/")
        arn = f"arn:aws:iam::{get_account_id()}:oidc-provider/{host}"
        if arn in iam._oidc_providers:
            raise already_exists(TYPE, arn)
        return _keep(arn, props, created=iam._now())

    def update(self, change: Change) -> Made:
        known = iam._oidc_providers[change.physical_id]
        return _keep(change.physical_id, change.new, created=known["CreateDate"])

    def delete(self, physical_id: str) -> None:
        iam._oidc_providers.pop(physical_id, None)


def _keep(arn: str, props: Record, *, created: str) -> Made:
    iam._oidc_providers[arn] = {
        "Url": props["Url"],
        "ClientIDList": props.get("ClientIdList", []),
        "ThumbprintList": props.get("ThumbprintList", []),
        "Arn": arn,
        "CreateDate": created,
        "Tags": props.get("Tags", []),
    }
    return arn, {"Arn": arn}
