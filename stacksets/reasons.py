"""What the reasons of AWS mean, and what to do about each: a table, an entry a cause.

Reasons are sentences for people and no API, so an entry is a pattern over texts that were seen; a
reason that no entry knows has no hint, which is better than a wrong one. Meanings: StackSets user
guide, stacksets-troubleshooting, stacksets-prereqs and stacksets-concepts; CloudFormation user
guide, "Troubleshooting".
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Entry(NamedTuple):
    """One cause; `hints.find_hint` fills `meaning` and `action` in, also from the pattern's groups.

    `removal` is the action where a removal failed, if that is another.
    """

    code: str
    pattern: str
    meaning: str
    action: str
    removal: str = ""


# The first entry that matches is taken, so what is particular stands above what is general.
ENTRIES = (
    Entry(
        "administration_role",
        r"Account (?P<where>\d{12}) should have '(?P<role>[^']+)' role with trust relationship to "
        r"CloudFormation service",
        "the administration role {role} is missing in account {where}, or does not trust "
        "cloudformation.amazonaws.com for this stack set; a region that has to be opted into wants "
        "cloudformation.REGION.amazonaws.com in the trust as well",
        "{make_role}, or mend the role's trust; then {again}",
    ),
    Entry(
        "execution_role",
        r"Account (?P<where>\d{12}) should have '(?P<role>[^']+)' role with trust relationship to "
        r"Role '(?P<trusted>[^']+)'",
        "the execution role {role} is missing in account {where}, does not trust {trusted}, or "
        "{trusted} may not assume it; a role that was deleted and made again has to be trusted "
        "anew",
        "{make_role}; then {again}; where the account is closed, take it out of the targets",
    ),
    Entry(
        "sts_inactive",
        r"STS is not activated in this region|RegionDisabledException",
        "AWS STS gives no credentials for account {here}: it was switched off there, or the "
        "region is not enabled for the account",
        "IAM console of account {account}, Account settings, Security Token Service: activate "
        "{region}; then {again}",
    ),
    Entry(
        "region_not_enabled",
        r"OptInRequired|[Rr]egion '?(?P<region>[a-z]{2}-[a-z-]+-\d)'? is "
        r"(?:disabled|not enabled|not opted in)(?: for account (?P<account>\d{12}))?",
        "region {region} has to be opted into, and account {account} has not done so (the "
        "administrator account and the target both have to)",
        "`aws account enable-region --region-name {region}` in account {account}, and wait until "
        "it is ENABLED; then {again}",
    ),
    Entry(
        "token_not_accepted",
        r"security token included in the request is invalid|"
        r"not able to validate the provided access credentials",
        "AWS does not take the role's credentials in account {here}: either the region is not "
        "enabled there, or the role is seconds old",
        "`aws account get-region-opt-status --region-name {region}` in the account; where it is "
        "ENABLED, wait a minute: {again}",
    ),
    Entry(
        "account_suspended",
        r"ACCOUNT_SUSPENDED|SKIPPED_SUSPENDED_ACCOUNT",
        "account {account} is suspended or closed; StackSets leaves it out",
        "take the account out of the targets or out of its organizational unit (`stacksets deploy` "
        "then lets go of its stack instances), or have it reinstated by AWS Support",
        "have the account reinstated by AWS Support, then {again}; or let go of its stack "
        "instances by --retain-inoperable",
    ),
    Entry(
        "account_gate",
        r"AccountGate check failed",
        "the account gate (Lambda function AWSCloudFormationStackSetAccountGate) of account "
        "{here} said no, or could not be asked",
        "read that function's log in the account; the execution role needs "
        "lambda:InvokeFunction on it; then {again}",
    ),
    Entry(
        "service_control_policy",
        r"(?:explicit deny in a|no) (?P<kind>service|resource) control policy",
        "the {kind} control policies of the organization forbid this in account {account}, "
        "whatever the execution role may do",
        "whoever owns the organization's policies has to except the StackSets roles, or the "
        "account has to leave the targets; then {again}",
    ),
    Entry(
        "capability",
        r"Requires capabilities ?: ?\[(?P<needed>[A-Z_, ]+)\]",
        "the template makes what has to be acknowledged (IAM resources, names of IAM resources, "
        "macros)",
        "name {needed} in [stack_set] capabilities; then `stacksets deploy`",
    ),
    Entry(
        "service_managed",
        r"not supported in SERVICE_MANAGED permission model",
        "stack sets with service-managed permissions take no transforms, macros or nested stacks",
        'render a template without them, or use permission_model = "SELF_MANAGED"',
    ),
    Entry(
        "macro_missing",
        r"No transform named (?P<macro>[\w:.-]+) found",
        "the macro {macro} is not there in account {here}: a macro is usable only in the "
        "account and region that define it",
        "deploy the macro to every target account and region first; then {again}",
    ),
    Entry(
        "export_in_use",
        r"(?:Export|export) (?P<export>\S+) (?:cannot be (?:deleted|updated) )?as it is in use by "
        r"(?P<user>.+?)\.?$",
        "the export {export} is imported by {user} in account {here}: CloudFormation keeps "
        "it as it is",
        "take the import out of {user}, or delete that stack, first; then {again}",
    ),
    Entry(
        "export_taken",
        r"Export with name (?P<export>\S+) is already exported by stack (?P<owner>\S+?)\.?"
        r"(?: Rollback|$)",
        "stack {owner} in account {here} exports {export} already; a name is exported once "
        "an account and region",
        "give the export another name, for example with ${{AWS::StackName}} in it; then "
        "`stacksets deploy`",
    ),
    Entry(
        "termination_protection",
        r"cannot be deleted while TerminationProtection is enabled",
        "somebody protected the stack in account {here} from deletion; the stack instance is "
        "INOPERABLE until it can be deleted",
        "`aws cloudformation update-termination-protection --no-enable-termination-protection "
        "--stack-name {stack} --region {region}` in the account, then remove it again",
    ),
    Entry(
        "not_empty",
        r"BucketNotEmpty|bucket you tried to delete is not empty|RepositoryNotEmpty",
        "CloudFormation deletes only what is empty",
        "empty it in account {here} (all versions of a bucket, too), or set DeletionPolicy: "
        "Retain, then remove it again",
    ),
    Entry(
        "name_taken_in_stack",
        r"(?P<name>[^\s:]+) already exists in stack (?P<owner>arn:\S+?)\.?$",
        "{name} belongs to stack {owner}; two stacks cannot make the same name, and names of IAM "
        "are the same in all regions of an account",
        "leave the name to CloudFormation or put ${{AWS::Region}} into it, or make it in one "
        "region only (a condition on AWS::Region); then `stacksets deploy`",
    ),
    Entry(
        "name_taken",
        r"already exists\b(?! but)|HandlerErrorCode: AlreadyExists|EntityAlreadyExists|"
        r"BucketAlready(?:Exists|OwnedByYou)",
        "the name is taken: names of IAM are the same in all regions of an account, names of S3 "
        "buckets in the world, parts of a path below their parent, others in account and region",
        "leave the name to CloudFormation or put ${{AWS::Region}} and ${{AWS::AccountId}} into it, "
        "keep the logical id that had it, or delete what has it; then `stacksets deploy`",
    ),
    Entry(
        "parameter_gone",
        r"Parameters: \[(?P<names>[^\]]+)\] do not exist in the template",
        "the stack instance overrides {names}, which the template does not have (any more)",
        "`stacksets deploy --audit` takes the override back",
    ),
    Entry(
        "throttled",
        r"Rate exceeded|Throttling|TooManyRequestsException|RequestLimitExceeded",
        "the account's rate of calls was exceeded while the stack was made",
        "lower max_concurrent_count or make the regions SEQUENTIAL; {again}",
    ),
    Entry(
        "quota",
        r"LimitExceeded|ServiceQuotaExceeded|Cannot exceed quota|"
        r"maximum number of .{1,80}? (?:has been |is )?reached|Limit for stack has been exceeded",
        "a quota of account {here} is used up",
        "ask for more in the Service Quotas console of the account, or remove what is not needed; "
        "then {again}",
    ),
    Entry(
        "stack_in_progress",
        r"is in (?P<state>[A-Z_]+_IN_PROGRESS) state and can not be updated",
        "somebody works on the stack directly, past the stack set",
        "wait until it rests; then {again}",
    ),
    Entry(
        "stack_stuck",
        r"is in (?P<state>UPDATE_ROLLBACK_FAILED) state and can not be updated",
        "an update of the stack failed and could not be rolled back",
        "`aws cloudformation continue-update-rollback --stack-name {stack} --region {region}` in "
        "the account; then {again}",
    ),
    Entry(
        "stack_state",
        r"is in (?P<state>ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED) state and "
        r"can not be updated",
        "a stack in {state} cannot be brought up again, only deleted",
        "`aws cloudformation delete-stack --stack-name {stack} --region {region}` in the account; "
        "then `stacksets deploy --allow-delete` makes it anew",
        "`aws cloudformation delete-stack --stack-name {stack} --region {region}` in the account; "
        "then {again}",
    ),
    Entry(
        "stack_gone",
        r"the stack is gone|is in DELETE_COMPLETE state and can not be updated|"
        r"Stack (?:with id |\[)\S+ does not exist",
        "somebody deleted the stack past the stack set, which does not notice",
        "`stacksets deploy --allow-delete` takes the stack instance out and makes it anew",
        "nothing is left to delete there: {again}",
    ),
    Entry(
        "explicit_deny",
        r"explicit deny in an? (?P<kind>[\w -]*(?:policy|boundary))",
        "an {kind} forbids this to the role that StackSets makes stacks with in account {account}",
        "take the deny out of it (the reason names role and action); then {again}",
    ),
    Entry(
        "permission",
        r"not authorized to perform: (?P<action>[\w*:-]+)",
        "the role that StackSets makes stacks with lacks {action} in account {account}",
        "allow it in that role's policies (the reason names the role); then {again}",
    ),
    Entry(
        "permission",
        r"HandlerErrorCode: AccessDenied|AccessDenied(?:Exception)?\b",
        "the role that StackSets makes stacks with may not do this in account {account}",
        "allow it in the execution role's policies; then {again}",
    ),
)

_GONE = next(one.pattern for one in ENTRIES if one.code == "stack_gone")


def says_no_update_began(reason: str) -> bool:
    """Tell whether a reason is that of a stack which AWS could not even begin to update.

    It is gone, or in a state that no entry above may know.
    """
    return re.search(f"state and can not be updated|{_GONE}", reason) is not None
