"""What handlers may call for features that the service does not use: it is not allowed.

A handler's list is for everything that its type can do. Each pattern here is one of actions, with
why nothing of ours needs them; a test sees that each still keeps something out.
"""

from fnmatch import fnmatchcase

UNUSED = {
    "acm-pca:*": "certificates come from ACM itself, not from a private authority",
    "codedeploy:*": "the alias moves at once",
    "ec2:*": "the function is in no VPC",
    "elasticfilesystem:*": "the function mounts nothing",
    "firehose:*": "logs go to CloudWatch alone",
    "s3:*": "the function's code and the API are in the template",
    "s3files:*": "the function mounts nothing",
    "route53-recovery-control-config:*": "no health check asks a routing control",
    "iam:AttachRolePolicy": "roles have inline policies alone",
    "iam:DetachRolePolicy": "roles have inline policies alone",
    "iam:DeleteRolePermissionsBoundary": "no role ever loses its boundary",
    "iam:*GroupPolicy": "policies are of roles",
    "iam:*UserPolicy": "policies are of roles",
    "lambda:AssociateRuntimeAlias": "no runtime of our own",
    "lambda:*ScalingConfig": "no capacity provider",
    "lambda:PassCapacityProvider": "no capacity provider",
    "lambda:*CodeSigningConfig": "no code signing",
    "lambda:GetLayerVersion": "no layer",
    "lambda:PutProvisionedConcurrencyConfig": "nothing is provisioned",
    "lambda:DeleteProvisionedConcurrencyConfig": "nothing is provisioned",
    "logs:CreateLogDelivery": "logs go to CloudWatch alone",
    "logs:*DataProtectionPolicy": "no such policy: no line holds what it would mask",
    "logs:*IndexPolicy": "no field index",
    "logs:DeleteResourcePolicy": "no resource policy",
    "logs:PutResourcePolicy": "no resource policy",
    "logs:PutBearerTokenAuthentication": "nothing writes by HTTP",
    "logs:PutLogGroupDeletionProtection": "what is kept is kept by its DeletionPolicy",
    "sns:PutDataProtectionPolicy": "no such policy: an alarm is no personal data",
}

# Reading whether such a thing is there is part of every update, so it is allowed all the same.
_READ = frozenset(
    {
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionScalingConfig",
        "logs:GetDataProtectionPolicy",
        "sns:GetDataProtectionPolicy",
    }
)
# Where nothing is set, an update deletes it nevertheless.
_CLEARED = frozenset({"lambda:DeleteFunctionCodeSigningConfig"})


def is_unused(action: str) -> bool:
    """Whether a handler calls this for a feature of which the service has nothing."""
    kept = action in _READ or action in _CLEARED
    return not kept and any(fnmatchcase(action, pattern) for pattern in UNUSED)
