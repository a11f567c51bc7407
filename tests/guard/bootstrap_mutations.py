"""One thing wrong in the bootstrap's template, for what it promises of roles and its bucket."""

from __future__ import annotations

from tests.guard.mutations import (
    AWS_POLICY,
    BOOTSTRAP,
    GONE,
    HOME,
    SERVICE,
    TARGET,
    WHY,
    View,
    breaks,
    grant,
    prop,
    trust,
)

ADMIN_HOME = View(
    template="bootstrap",
    environment="dev",
    region=HOME,
    parameters=(("GitHubRepository", "example/service"),),
)
CLAIMS = "token.actions.githubusercontent.com:"
CLAIMED = ("aud", "sub")
# These read ARNs, which are Fn::Sub as the template is written and strings once it is resolved.
DIFFER_WHEN_RESOLVED = {
    "STACK_SETS_CHANGE_ROLES_UNDER_OUR_PATH_ONLY",
    "STACK_SETS_KEEP_OFF_THE_BOOTSTRAP",
    "STACK_SETS_MAKE_BOUNDED_ROLES_ONLY",
}


def statement(sid, *path):
    return prop("PolicyDocument", "Statement", sid, *path)


def policy_mutations(view):
    """Of the execution role's policies and of the boundary, in one view."""
    execution, second = "ExecutionPolicy1", "ExecutionPolicy2"
    passed = statement("PassServiceRoles", "Condition")
    bounded = statement("GiveBoundedRoles", "Condition")
    role = "arn:aws:iam::111111111111:role/"
    return [
        *breaks(
            "MANAGED_POLICIES_ARE_THE_BOOTSTRAPS",
            view,
            execution,
            (prop("Path"), "/"),
            (prop("Path"), GONE),
            (prop("ManagedPolicyName"), "mine"),
        ),
        *breaks(
            "MANAGED_POLICIES_ARE_THE_BOOTSTRAPS",
            view,
            "ServiceBoundary",
            (prop("ManagedPolicyName"), "mine"),
        ),
        *breaks(
            "POLICY_ACTIONS_ARE_NAMED",
            view,
            execution,
            (statement("ManageFunctions", "Action"), ["lambda:*"]),
            (statement("ManageFunctions", "Action"), ["cloudformation:*"]),
            (statement("ManageFunctions", "Action", 0), "lambda:Get?unction"),
            (
                statement("ManageFunctions"),
                {"Effect": "Allow", "NotAction": ["s3:GetObject"], "Resource": ["arn:a"]},
            ),
            (
                statement("ManageFunctions"),
                {"Effect": "Allow", "Action": ["s3:GetObject"], "NotResource": ["arn:a"]},
            ),
            (statement("ManageStacks", "Resource"), ["arn:aws:cloudformation:*:1:stack/*"]),
        ),
        *breaks(
            "POLICY_RESOURCES_ARE_NAMED",
            view,
            execution,
            *(
                (statement("ManageFunctions", "Resource"), [value])
                for value in ("*", "arn:*", "arn:aws:*", {"Fn::Sub": "arn:aws:*:1:function"})
            ),
            (statement("ListFunctions", "Action"), ["lambda:InvokeFunction"]),
        ),
        *breaks(
            "STACK_SETS_PASS_ROLES_TO_LAMBDA_ONLY",
            view,
            second,
            (passed, GONE),
            ((*passed, "StringEquals", "iam:PassedToService"), "ec2.amazonaws.com"),
            ((*passed, "StringEquals", "iam:PassedToService"), ["lambda.amazonaws.com", "ec2"]),
        ),
        *breaks(
            "STACK_SETS_CHANGE_ROLES_UNDER_OUR_PATH_ONLY",
            view,
            execution,
            (statement("GiveBoundedRoles", "Resource"), [role + "multi-region-service-dev-read"]),
        ),
        *breaks(
            "STACK_SETS_CHANGE_ROLES_UNDER_OUR_PATH_ONLY",
            view,
            second,
            (statement("ManageServiceRoles", "Resource"), [role + "*"]),
            (statement("PassServiceRoles", "Resource"), [{"Fn::Sub": role + "${Any}"}]),
        ),
        *breaks(
            "STACK_SETS_MAKE_BOUNDED_ROLES_ONLY",
            view,
            execution,
            (bounded, GONE),
            ((*bounded, "StringEquals", "iam:PermissionsBoundary"), AWS_POLICY + "ReadOnlyAccess"),
        ),
        *breaks(
            "STACK_SETS_MAKE_BOUNDED_ROLES_ONLY",
            view,
            second,
            (statement("ManageServiceRoles", "Action", 0), "iam:DeleteRolePermissionsBoundary"),
        ),
        *breaks(
            "STACK_SETS_TOUCH_KEYS_OF_OURS_ONLY",
            view,
            second,
            (statement("UseKeysThroughLambda", "Condition"), GONE),
            (statement("UseKeysThroughLambda", "Condition", "StringLike", "kms:ViaService"), "*"),
        ),
        *breaks(
            "STACK_SETS_KEEP_OFF_THE_BOOTSTRAP",
            view,
            execution,
            (statement("KeepOffTheBootstrap"), GONE),
            (statement("KeepOffTheBootstrap", "Action"), ["iam:DeleteRole"]),
            (statement("KeepOffTheBootstrap", "Resource", 0), GONE),
            (statement("KeepOffTheBootstrap", "Resource", 1), GONE),
            (
                statement("KeepOffTheBootstrap", "Condition"),
                {"Bool": {"aws:ViaAWSService": "true"}},
            ),
            (statement("KeepBoundaries"), GONE),
            (statement("KeepBoundaries", "Resource"), [role + "multi-region-service/a"]),
        ),
        *breaks(
            "STACK_SETS_MAKE_NOTHING_ELSEWHERE",
            view,
            execution,
            (statement("MakeNothingElsewhere"), GONE),
            (statement("MakeNothingElsewhere", "Action"), ["lambda:CreateFunction"]),
            (statement("MakeNothingElsewhere", "Resource"), ["arn:aws:lambda:*:1:function:a"]),
            (statement("MakeNothingElsewhere", "Condition"), GONE),
        ),
    ]


def bucket_mutations(view):
    """Of the bucket and its policy, in one view."""
    public = prop("PublicAccessBlockConfiguration")
    encryption = prop("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
    rule = prop("LifecycleConfiguration", "Rules", 0)
    refusal = statement("RefusePlainHttp")
    blocks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    reading = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": ["a"]}
    return [
        *breaks(
            "BUCKETS_ARE_PRIVATE",
            view,
            "ArtifactBucket",
            (public, GONE),
            *(((*public, block), GONE) for block in blocks),
            *(((*public, block), False) for block in blocks),
            (prop("OwnershipControls"), GONE),
            (prop("OwnershipControls", "Rules", 0, "ObjectOwnership"), "ObjectWriter"),
            (prop("AccessControl"), "PublicRead"),
        ),
        *breaks(
            "BUCKETS_ARE_ENCRYPTED",
            view,
            "ArtifactBucket",
            (prop("BucketEncryption"), GONE),
            ((*encryption, "ServerSideEncryptionByDefault", "SSEAlgorithm"), "none"),
        ),
        *breaks(
            "BUCKETS_KEEP_VERSIONS",
            view,
            "ArtifactBucket",
            (prop("VersioningConfiguration"), GONE),
            (prop("VersioningConfiguration", "Status"), "Suspended"),
            (prop("LifecycleConfiguration"), GONE),
            ((*rule, "Status"), "Disabled"),
            ((*rule, "NoncurrentVersionExpiration", "NoncurrentDays"), 1),
            ((*rule, "AbortIncompleteMultipartUpload"), GONE),
        ),
        *breaks(
            "BUCKETS_OUTLIVE_THE_STACK",
            view,
            "ArtifactBucket",
            (("DeletionPolicy",), GONE),
            (("UpdateReplacePolicy",), "Delete"),
        ),
        *breaks(
            "BUCKETS_REFUSE_PLAIN_HTTP",
            view,
            "ArtifactBucketPolicy",
            (refusal, reading),
            ((*refusal, "Condition"), GONE),
            ((*refusal, "Action"), ["s3:PutObject"]),
            ((*refusal, "Effect"), "Allow"),
            ((*refusal, "Principal"), {"AWS": "arn:aws:iam::111111111111:root"}),
        ),
    ]


def role_mutations(view):
    """Of the roles that are found by name, in one view."""
    return [
        *breaks(
            "ROLES_HAVE_NO_MANAGED_POLICY",
            view,
            "ExecutionRole",
            (prop("ManagedPolicyArns", 0), AWS_POLICY + "AdministratorAccess"),
            (prop("ManagedPolicyArns", 0), {"Ref": "Elsewhere"}),
        ),
        *breaks(
            "PASSED_ROLES_ARE_FOR_STACK_SETS",
            view,
            "DeployRole",
            (grant("PassAdministrationRole", "Condition"), GONE),
            (
                grant(
                    "PassAdministrationRole",
                    *("Condition", "StringEquals", "iam:PassedToService"),
                ),
                "ec2.amazonaws.com",
            ),
            (
                grant("PassAdministrationRole", "Resource"),
                ["arn:aws:iam::111111111111:role/mine"],
            ),
            (
                grant("PassAdministrationRole", "Resource"),
                [{"Fn::Sub": "arn:${AWS::Partition}:iam::${AdminAccountId}:role/*"}],
            ),
        ),
        *breaks(
            "GITHUB_TRUST_IS_FOR_ONE_KIND_OF_JOB",
            view,
            "DeployRole",
            (trust("Action"), ["sts:AssumeRole"]),
            (trust("Condition"), GONE),
            *((trust("Condition", "StringEquals", CLAIMS + claim), GONE) for claim in CLAIMED),
            *((trust("Condition", "StringEquals", CLAIMS + claim), "*") for claim in CLAIMED),
            *(
                (trust("Condition", "StringEquals", CLAIMS + "sub"), subject)
                for subject in (
                    "repo:example/*:environment:dev",
                    "repo:example/service:ref:refs/heads/main",
                    {"Fn::Sub": "repo:${GitHubRepository}:*"},
                    ["repo:example/service:pull_request", "repo:example/service:*"],
                )
            ),
        ),
    ]


BOOTSTRAP_MUTATIONS = [
    *breaks(
        "MANAGED_POLICIES_ARE_THE_BOOTSTRAPS",
        SERVICE,
        "Extra",
        (("",), {"Type": "AWS::IAM::ManagedPolicy", "Metadata": WHY}),
    ),
    *(mutation for view in (BOOTSTRAP, ADMIN_HOME) for mutation in role_mutations(view)),
    *policy_mutations(BOOTSTRAP),
    *(one for one in policy_mutations(TARGET) if one.rule in DIFFER_WHEN_RESOLVED),
    *bucket_mutations(BOOTSTRAP),
]
