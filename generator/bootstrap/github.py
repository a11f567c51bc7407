"""GitHub Actions without stored keys: a job proves what it is, and gets a role for an hour.

Sources: GitHub, "Configuring OpenID Connect in Amazon Web Services" and "OpenID Connect reference"
(the claims); IAM user guide, "Create a role for OpenID Connect federation".
"""

from collections.abc import Sequence
from typing import NamedTuple

import awacs.cloudformation
import awacs.iam
import awacs.s3
import awacs.sts
from awacs.aws import Condition, PolicyDocument, Statement, StringEquals
from troposphere import If, Ref, Sub
from troposphere.iam import ManagedPolicy, OIDCProvider, Policy, Role

from generator.bootstrap.names import (
    artifact_arns,
    oidc_provider_arn,
    role_arn,
    role_name,
    stack_set_arns,
    stack_set_target_arns,
    stack_set_type_arns,
)
from generator.bootstrap.parameters import MAKES_GITHUB_PROVIDER, TRUSTS_GITHUB, Parameters
from generator.bootstrap.read_role import calling_statement, reading_statements
from generator.metadata import context, tags
from generator.policies import allow, policy, trust
from generator.settings import GITHUB_TOKENS, SERVICE
from generator.sources import Made

_AUDIENCE = "sts.amazonaws.com"
_HOUR = 3600

_READING_STACK_SETS = tuple(
    awacs.cloudformation.Action(name)
    for name in (
        *("DescribeStackInstance", "DescribeStackSet", "DescribeStackSetOperation"),
        *("ListStackInstanceResourceDrifts", "ListStackInstances"),
        *("ListStackSetOperationResults", "ListStackSetOperations"),
    )
)
# These know no resource; the alias is what an account is called in what is told.
_AT_LARGE = (
    awacs.cloudformation.GetTemplateSummary,
    awacs.cloudformation.ListStackSets,
    awacs.iam.ListAccountAliases,
)
_CHANGING_STACK_SETS = tuple(
    awacs.cloudformation.Action(name)
    for name in (
        *("CreateStackInstances", "DeleteStackInstances", "DeleteStackSet", "DetectStackSetDrift"),
        *("ImportStacksToStackSet", "StopStackSetOperation", "TagResource", "UntagResource"),
        *("UpdateStackInstances", "UpdateStackSet"),
    )
)


class GitHub(NamedTuple):
    """Who vouches for jobs, the two roles that jobs get, and what both may read."""

    provider: OIDCProvider
    reading: ManagedPolicy
    targets: ManagedPolicy
    deploy: Role
    plan: Role


def build_github(parameters: Parameters) -> GitHub:
    """In the admin account alone, and nothing of it where no repository is named."""
    provider = _provider(parameters)
    reading, targets = _reading_policy(), _targets_policy(parameters)
    deploy = _role(
        parameters,
        provider,
        (reading, targets),
        title="DeployRole",
        name="deploy",
        subject="environment:${EnvironmentSuffix}",
        metadata=context(
            "What jobs of the repository deploy with, once GitHub let them into the environment "
            "of this name: its reviewers and branches are who may deploy.",
            "changes the service's stack set and no other, and hands it the administration role "
            "alone",
            "touches no bootstrap: who may change roles is a person",
        ),
    )
    deploy.Policies = [Policy(PolicyName="Deploy", PolicyDocument=_deploying())]
    plan = _role(
        parameters,
        provider,
        (reading, targets),
        title="PlanRole",
        name="plan",
        subject="pull_request",
        metadata=context(
            "What jobs of pull requests plan with: whoever opens one runs code with it.",
            "it changes nothing and reads no logs",
        ),
    )
    return GitHub(provider, reading, targets, deploy, plan)


def _provider(parameters: Parameters) -> OIDCProvider:
    return OIDCProvider(
        "GitHubProvider",
        Metadata=context(
            "Lets STS ask GitHub whether a job is what it says. No thumbprint: AWS trusts "
            "GitHub's authority itself.",
            "one an account: leave it where another made it (GitHubOidcProvider)",
            "Retain: by then other repositories may come through it",
        ),
        Condition=MAKES_GITHUB_PROVIDER,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Url=f"https://{GITHUB_TOKENS}",
        ClientIdList=[_AUDIENCE],
        Tags=tags(parameters),
    )


def _reading_policy() -> ManagedPolicy:
    return ManagedPolicy(
        "JobsReadPolicy",
        Metadata=context(
            "What a plan reads here: the stack set, and this account.",
            "it changes nothing and reads no logs",
        ),
        Condition=TRUSTS_GITHUB,
        Path=f"/{SERVICE}-bootstrap/",
        Description="What jobs of GitHub Actions may read.",
        PolicyDocument=_reading(),
    )


def _targets_policy(parameters: Parameters) -> ManagedPolicy:
    """By itself: it holds as many accounts as a parameter takes, and nothing else fits beside."""
    in_target_accounts = StringEquals({"aws:ResourceAccount": Ref(parameters.target_account_ids)})
    return ManagedPolicy(
        "JobsTargetsPolicy",
        Metadata=context("What a plan reads the other accounts with: the read role of each."),
        Condition=TRUSTS_GITHUB,
        Path=f"/{SERVICE}-bootstrap/",
        Description="What jobs of GitHub Actions read other accounts with.",
        PolicyDocument=policy(
            allow(
                "ReadTargets",
                [awacs.sts.AssumeRole],
                [role_arn("*", "read")],
                Condition(in_target_accounts),
            ),
        ),
    )


def _role(
    parameters: Parameters,
    provider: OIDCProvider,
    reading: Sequence[ManagedPolicy],
    *,
    title: str,
    name: str,
    subject: str,
    metadata: Made,
) -> Role:
    return Role(
        title,
        Metadata=metadata,
        Condition=TRUSTS_GITHUB,
        RoleName=role_name(name),
        MaxSessionDuration=_HOUR,
        AssumeRolePolicyDocument=_trust(provider, subject),
        ManagedPolicyArns=[Ref(one) for one in reading],
        Tags=tags(parameters),
    )


def _trust(provider: OIDCProvider, subject: str) -> PolicyDocument:
    """One repository, and one kind of job of it: without `sub` all of GitHub would be let in."""
    claims = {
        f"{GITHUB_TOKENS}:aud": _AUDIENCE,
        f"{GITHUB_TOKENS}:sub": Sub(f"repo:${{GitHubRepository}}:{subject}"),
    }
    return trust(
        "Federated",
        If(MAKES_GITHUB_PROVIDER, Ref(provider), oidc_provider_arn()),
        Condition(StringEquals(claims)),
        awacs.sts.AssumeRoleWithWebIdentity,
    )


def _reading() -> PolicyDocument:
    return policy(
        *reading_statements(),
        allow("ReadStackSet", _READING_STACK_SETS, [stack_set_arns()]),
        allow("ReadAtLarge", _AT_LARGE, ["*"]),
    )


def _deploying() -> PolicyDocument:
    administration = [role_arn("${AdminAccountId}", "administration")]
    to_stack_sets = StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"})
    return policy(
        # It knows no resource; what it makes runs by the role that is passed, or not at all.
        allow("CreateStackSet", [awacs.cloudformation.CreateStackSet], ["*"]),
        allow(
            "ChangeStackSet",
            _CHANGING_STACK_SETS,
            [stack_set_arns(), stack_set_target_arns(), stack_set_type_arns()],
        ),
        allow(
            "PassAdministrationRole",
            [awacs.iam.PassRole],
            administration,
            Condition(to_stack_sets),
        ),
        calling_statement(),
        *_writing_artifacts(),
    )


def _writing_artifacts() -> tuple[Statement, ...]:
    objects = (awacs.s3.GetObject, awacs.s3.PutObject)
    return (allow("KeepArtifacts", objects, [artifact_arns("*")]),)
