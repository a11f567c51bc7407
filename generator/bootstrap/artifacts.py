"""A bucket a region for what is too large for a request, or has to be kept: templates and code."""

from typing import NamedTuple

from awacs.aws import Bool, Condition, Deny, PolicyDocument, Principal, Statement
from awacs.s3 import Action
from troposphere import GetAtt, Ref, Sub
from troposphere.s3 import (
    AbortIncompleteMultipartUpload,
    Bucket,
    BucketEncryption,
    BucketPolicy,
    LifecycleConfiguration,
    LifecycleRule,
    NoncurrentVersionExpiration,
    OwnershipControls,
    OwnershipControlsRule,
    PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    VersioningConfiguration,
)

from generator.bootstrap.names import bucket_name
from generator.bootstrap.parameters import Parameters
from generator.metadata import Skip, context, tags
from generator.policies import policy

# What was replaced can be gone back to for as long as that; what is current stays.
_DAYS_OF_OLD_VERSIONS = 365
_DAYS_OF_UNFINISHED_UPLOADS = 7


class Artifacts(NamedTuple):
    """The bucket and who is kept out of it."""

    bucket: Bucket
    policy: BucketPolicy


def build_artifacts(parameters: Parameters) -> Artifacts:
    """Kept when the stack goes: what was deployed from it must be found again."""
    bucket = _bucket(parameters)
    guarded = BucketPolicy(
        "ArtifactBucketPolicy",
        Metadata=context("Nobody reads or writes the bucket in the clear."),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Bucket=Ref(bucket),
        PolicyDocument=_policy(bucket),
    )
    return Artifacts(bucket, guarded)


def _bucket(parameters: Parameters) -> Bucket:
    return Bucket(
        "ArtifactBucket",
        Metadata=context(
            "Templates and code of this account and region, every version of them. It costs "
            "nothing while it is empty.",
            "its name can be composed: who deploys writes to the bucket of every region",
            "Retain: a bootstrap that is made anew finds the name taken until it is imported or "
            "deleted",
            "no copy elsewhere: what is in it can be rendered again",
            skips=(Skip("CKV_AWS_18", "what is in it can be rendered again"),),
        ),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        BucketName=bucket_name(),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        BucketEncryption=_encryption(),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
        OwnershipControls=OwnershipControls(
            Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        LifecycleConfiguration=_lifecycle(),
        Tags=tags(parameters),
    )


def _encryption() -> BucketEncryption:
    """By S3's own keys: templates and code are no secret, and CloudFormation reads them."""
    by_default = ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    rule = ServerSideEncryptionRule(ServerSideEncryptionByDefault=by_default)
    return BucketEncryption(ServerSideEncryptionConfiguration=[rule])


def _lifecycle() -> LifecycleConfiguration:
    rule = LifecycleRule(
        Id="ForgetWhatWasReplaced",
        Status="Enabled",
        NoncurrentVersionExpiration=NoncurrentVersionExpiration(
            NoncurrentDays=_DAYS_OF_OLD_VERSIONS
        ),
        AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(
            DaysAfterInitiation=_DAYS_OF_UNFINISHED_UPLOADS
        ),
    )
    return LifecycleConfiguration(Rules=[rule])


def _policy(bucket: Bucket) -> PolicyDocument:
    return policy(
        Statement(
            Sid="RefusePlainHttp",
            Effect=Deny,
            Principal=Principal("*"),
            Action=[Action("*")],
            Resource=[GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")],
            Condition=Condition(Bool({"aws:SecureTransport": "false"})),
        )
    )
