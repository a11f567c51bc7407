"""Policy documents in the few shapes that roles of ours take."""

from collections.abc import Sequence

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement
from awacs.sts import AssumeRole
from troposphere import AWSHelperFn

Resources = Sequence[str | AWSHelperFn]


def allow(
    sid: str, actions: Sequence[Action], resources: Resources, condition: Condition | None = None
) -> Statement:
    """One statement of a policy: these actions on these resources."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Action=list(actions),
        Resource=list(resources),
        **({"Condition": condition} if condition else {}),
    )


def policy(*statements: Statement) -> PolicyDocument:
    """A policy document in the current language version."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust(
    kind: str,
    principal: str | AWSHelperFn,
    condition: Condition | None = None,
    action: Action = AssumeRole,
) -> PolicyDocument:
    """Who may assume a role: a principal of the kind AWS, Service or Federated."""
    return policy(
        Statement(
            Effect=Allow,
            Principal=Principal(kind, principal),
            Action=[action],
            **({"Condition": condition} if condition else {}),
        )
    )
