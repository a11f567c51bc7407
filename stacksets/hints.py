"""What the reasons of AWS mean, and what to do about each: a table, an entry a cause.

Reasons are sentences for people and no API, so an entry is a pattern over texts that were seen; a
reason that no entry knows has no hint, which is better than a wrong one. Meanings: StackSets user
guide, stacksets-troubleshooting, stacksets-prereqs and stacksets-concepts; CloudFormation user
guide, "Troubleshooting".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from stacksets.model.observed import OperationAction
from stacksets.model.outcome import Hint, Retry
from stacksets.operation_ids import Purpose, find_purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.desired import InstanceKey
    from stacksets.model.observed import Operation

DEPLOYS = Retry(who="`stacksets deploy`")
_BOOTSTRAP = "`stacksets bootstrap` with credentials of account {where}"
_MAKE_ROLE = "make the role in account {where} (user guide, stacksets-prereqs-self-managed)"
_OF_SOME = {Purpose.DRIFT, Purpose.IMPORT, Purpose.DRAIN, Purpose.UNDRAIN}
"""What looks only, or is about some stacks: what was wanted of the stack set stays."""


class _Entry(NamedTuple):
    """One cause; `find_hint` fills `meaning` and `action` in, also from the pattern's groups.

    `removal` is the action where a removal failed, if that is another.
    """

    code: str
    pattern: str
    meaning: str
    action: str
    removal: str = ""


# The first entry that matches is taken, so what is particular stands above what is general.
_ENTRIES = (
    _Entry(
        "administration_role",
        r"Account (?P<where>\d{12}) should have '(?P<role>[^']+)' role with trust relationship to "
        r"CloudFormation service",
        "the administration role {role} is missing in account {where}, or does not trust "
        "cloudformation.amazonaws.com for this stack set; a region that has to be opted into wants "
        "cloudformation.REGION.amazonaws.com in the trust as well",
        "{make_role}, or mend the role's trust; then {again}",
    ),
    _Entry(
        "execution_role",
        r"Account (?P<where>\d{12}) should have '(?P<role>[^']+)' role with trust relationship to "
        r"Role '(?P<trusted>[^']+)'",
        "the execution role {role} is missing in account {where}, does not trust {trusted}, or "
        "{trusted} may not assume it; a role that was deleted and made again has to be trusted "
        "anew",
        "{make_role}; then {again}; where the account is closed, take it out of the targets",
    ),
    _Entry(
        "sts_inactive",
        r"STS is not activated in this region|RegionDisabledException",
        "AWS STS gives no credentials for account {here}: it was switched off there, or the "
        "region is not enabled for the account",
        "IAM console of account {account}, Account settings, Security Token Service: activate "
        "{region}; then {again}",
    ),
    _Entry(
        "region_not_enabled",
        r"OptInRequired|[Rr]egion '?[a-z]{2}-[a-z-]+-\d'? is (?:disabled|not enabled|not opted in)",
        "region {region} has to be opted into, and account {account} has not done so (the "
        "administrator account needs it as well)",
        "`aws account enable-region --region-name {region}` in both accounts, and wait until it is "
        "ENABLED; then {again}",
    ),
    _Entry(
        "token_not_accepted",
        r"security token included in the request is invalid|"
        r"not able to validate the provided access credentials",
        "AWS does not take the role's credentials in account {here}: either the region is not "
        "enabled there, or the role is seconds old",
        "`aws account get-region-opt-status --region-name {region}` in the account; where it is "
        "ENABLED, wait a minute: {again}",
    ),
    _Entry(
        "account_suspended",
        r"ACCOUNT_SUSPENDED|SKIPPED_SUSPENDED_ACCOUNT",
        "account {account} is suspended or closed; StackSets leaves it out",
        "take the account out of the targets or out of its organizational unit (`stacksets deploy` "
        "then lets go of its stack instances), or have it reinstated by AWS Support",
        "have the account reinstated by AWS Support, then {again}; or let go of its stack "
        "instances by --retain-inoperable",
    ),
    _Entry(
        "account_gate",
        r"AccountGate check failed",
        "the account gate (Lambda function AWSCloudFormationStackSetAccountGate) of account "
        "{here} said no, or could not be asked",
        "read that function's log in the account; the execution role needs "
        "lambda:InvokeFunction on it; then {again}",
    ),
    _Entry(
        "service_control_policy",
        r"(?:explicit deny in a|no) (?P<kind>service|resource) control policy",
        "the {kind} control policies of the organization forbid this in account {account}, "
        "whatever the execution role may do",
        "whoever owns the organization's policies has to except the StackSets roles, or the "
        "account has to leave the targets; then {again}",
    ),
    _Entry(
        "capability",
        r"Requires capabilities ?: ?\[(?P<needed>[A-Z_, ]+)\]",
        "the template makes what has to be acknowledged (IAM resources, names of IAM resources, "
        "macros)",
        "name {needed} in [stack_set] capabilities; then `stacksets deploy`",
    ),
    _Entry(
        "service_managed",
        r"not supported in SERVICE_MANAGED permission model",
        "stack sets with service-managed permissions take no transforms, macros or nested stacks",
        'render a template without them, or use permission_model = "SELF_MANAGED"',
    ),
    _Entry(
        "macro_missing",
        r"No transform named (?P<macro>[\w:.-]+) found",
        "the macro {macro} is not there in account {here}: a macro is usable only in the "
        "account and region that define it",
        "deploy the macro to every target account and region first; then {again}",
    ),
    _Entry(
        "export_in_use",
        r"(?:Export|export) (?P<export>\S+) (?:cannot be (?:deleted|updated) )?as it is in use by "
        r"(?P<user>.+?)\.?$",
        "the export {export} is imported by {user} in account {here}: CloudFormation keeps "
        "it as it is",
        "take the import out of {user}, or delete that stack, first; then {again}",
    ),
    _Entry(
        "export_taken",
        r"Export with name (?P<export>\S+) is already exported by stack (?P<owner>\S+?)\.?"
        r"(?: Rollback|$)",
        "stack {owner} in account {here} exports {export} already; a name is exported once "
        "an account and region",
        "give the export another name, for example with ${{AWS::StackName}} in it; then "
        "`stacksets deploy`",
    ),
    _Entry(
        "termination_protection",
        r"cannot be deleted while TerminationProtection is enabled",
        "somebody protected the stack in account {here} from deletion; the stack instance is "
        "INOPERABLE until it can be deleted",
        "`aws cloudformation update-termination-protection --no-enable-termination-protection "
        "--stack-name {stack} --region {region}` in the account, then remove it again",
    ),
    _Entry(
        "not_empty",
        r"BucketNotEmpty|bucket you tried to delete is not empty|RepositoryNotEmpty",
        "CloudFormation deletes only what is empty",
        "empty it in account {here} (all versions of a bucket, too), or set DeletionPolicy: "
        "Retain, then remove it again",
    ),
    _Entry(
        "name_taken_in_stack",
        r"(?P<name>[^\s:]+) already exists in stack (?P<owner>arn:\S+?)\.?$",
        "{name} belongs to stack {owner}; two stacks cannot make the same name, and names of IAM "
        "are the same in all regions of an account",
        "leave the name to CloudFormation or put ${{AWS::Region}} into it, or make it in one "
        "region only (a condition on AWS::Region); then `stacksets deploy`",
    ),
    _Entry(
        "name_taken",
        r"already exists\b(?! but)|HandlerErrorCode: AlreadyExists|EntityAlreadyExists|"
        r"BucketAlready(?:Exists|OwnedByYou)",
        "the name is taken: names of IAM are the same in all regions of an account, names of S3 "
        "buckets in the world, parts of a path below their parent, others in account and region",
        "leave the name to CloudFormation or put ${{AWS::Region}} and ${{AWS::AccountId}} into it, "
        "keep the logical id that had it, or delete what has it; then `stacksets deploy`",
    ),
    _Entry(
        "throttled",
        r"Rate exceeded|Throttling|TooManyRequestsException|RequestLimitExceeded",
        "the account's rate of calls was exceeded while the stack was made",
        "lower max_concurrent_count or make the regions SEQUENTIAL; {again}",
    ),
    _Entry(
        "quota",
        r"LimitExceeded|ServiceQuotaExceeded|Cannot exceed quota|"
        r"maximum number of .{1,80}? (?:has been |is )?reached|Limit for stack has been exceeded",
        "a quota of account {here} is used up",
        "ask for more in the Service Quotas console of the account, or remove what is not needed; "
        "then {again}",
    ),
    _Entry(
        "stack_in_progress",
        r"is in (?P<state>[A-Z_]+_IN_PROGRESS) state and can not be updated",
        "somebody works on the stack directly, past the stack set",
        "wait until it rests; then {again}",
    ),
    _Entry(
        "stack_stuck",
        r"is in (?P<state>UPDATE_ROLLBACK_FAILED) state and can not be updated",
        "an update of the stack failed and could not be rolled back",
        "`aws cloudformation continue-update-rollback --stack-name {stack} --region {region}` in "
        "the account; then {again}",
    ),
    _Entry(
        "stack_state",
        r"is in (?P<state>ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED) state and "
        r"can not be updated",
        "a stack in {state} cannot be brought up again, only deleted",
        "`aws cloudformation delete-stack --stack-name {stack} --region {region}` in the account; "
        "then `stacksets deploy --allow-delete` makes it anew",
        "`aws cloudformation delete-stack --stack-name {stack} --region {region}` in the account; "
        "then {again}",
    ),
    _Entry(
        "stack_gone",
        r"the stack is gone|is in DELETE_COMPLETE state and can not be updated|"
        r"Stack (?:with id |\[)\S+ does not exist",
        "somebody deleted the stack past the stack set, which does not notice",
        "`stacksets deploy --allow-delete` takes the stack instance out and makes it anew",
        "nothing is left to delete there: {again}",
    ),
    _Entry(
        "explicit_deny",
        r"explicit deny in an? (?P<kind>[\w -]*(?:policy|boundary))",
        "an {kind} forbids this to the role that StackSets makes stacks with in account {account}",
        "take the deny out of it (the reason names role and action); then {again}",
    ),
    _Entry(
        "permission",
        r"not authorized to perform: (?P<action>[\w*:-]+)",
        "the role that StackSets makes stacks with lacks {action} in account {account}",
        "allow it in that role's policies (the reason names the role); then {again}",
    ),
    _Entry(
        "permission",
        r"HandlerErrorCode: AccessDenied|AccessDenied(?:Exception)?\b",
        "the role that StackSets makes stacks with may not do this in account {account}",
        "allow it in the execution role's policies; then {again}",
    ),
)


INOPERABLE = Hint(
    code="inoperable",
    meaning="a deletion or an import failed here, and StackSets leaves the stack instance out of "
    "every update until it is taken out (API reference, StackInstance)",
    action="mend what the reason names; `stacksets deploy --allow-delete` then takes the stack "
    "instance out and makes it anew, or deletes it where it left the file; where it cannot be "
    "deleted, --retain-inoperable lets it go; a stack that stays is to be deleted in its account",
)
"""For an INOPERABLE stack instance whose reason says nothing more particular."""

INOPERABLE_REMOVAL = replace(
    INOPERABLE,
    action="mend what the reason names, then {again}; where the stack cannot be deleted, "
    "--retain-inoperable lets the stack instance go, and the stack is to be deleted in its account",
)
"""The same where a removal failed; the action is yet to be filled in."""

FAILED_IMPORT = Hint(
    code="failed_import",
    meaning="StackSets has not adopted the stack, which stays as it was; the stack instance stands "
    "in the way of a new one until it is imported or taken out",
    action="mend what the reason names",
)
"""For a failed import whose reason says nothing more particular."""

CODES = tuple(sorted({one.code for one in (*_ENTRIES, INOPERABLE, FAILED_IMPORT)}))
"""The code of every hint; programs rely on them."""


def explain_inoperable(retry: Retry) -> Hint:
    """Give the hint for an INOPERABLE stack instance whose reason says nothing more particular."""
    if not retry.removes:
        return INOPERABLE
    return replace(INOPERABLE_REMOVAL, action=INOPERABLE_REMOVAL.action.format(again=retry.again))


def find_latest_retry(operations: Sequence[Operation]) -> Retry:
    """Tell what goes on with what was last wanted of a stack set; operations newest first."""
    latest = (one for one in operations if find_purpose(one.id) not in _OF_SOME)
    return find_retry(next(latest, None))


def find_retry(operation: Operation | None) -> Retry:
    """Tell what tries an operation once more, where it was begun by this tool or by another.

    After a deletion by another client nobody knows what was wanted, but no deploy.
    """
    match find_purpose(operation.id) if operation else None:
        case (
            Purpose.DESTROY | Purpose.DESTROY_RETAIN_STACKS | Purpose.DESTROY_RETAIN_INOPERABLE
        ) as purpose:
            return Retry(who=f"`stacksets {purpose.command} --allow-delete`", removes=True)
        case (Purpose.DEPLOY_RETAIN_INOPERABLE | Purpose.DRIFT) as purpose:
            return Retry(who=f"`stacksets {purpose.command}`")
        case (Purpose.DRAIN | Purpose.UNDRAIN) as purpose:
            return Retry(who=f"`stacksets {purpose.command} REGION`")
        case None if operation and operation.action is OperationAction.DELETE:
            return Retry(who="whoever asked for the deletion", removes=True)
        case _:
            return DEPLOYS


def find_hint(
    reason: str,
    key: InstanceKey,
    *,
    stack_id: str | None = None,
    retry: Retry = DEPLOYS,
    again: str = "",
    bootstraps: bool = True,
) -> Hint | None:
    """Say what a reason of AWS means and what to do about it, None where that is not known.

    Args:
        reason: the whole reason, as AWS gives it.
        key: where it struck.
        stack_id: the stack's ARN, for commands that name it.
        retry: what tries it once more.
        again: the same as the end of a sentence, where that is more than a command.
        bootstraps: whether the deployment file has [bootstrap], which makes roles.
    """
    for entry in _ENTRIES:
        found = re.search(entry.pattern, reason)
        if found:
            known = {
                "account": key.account,
                "region": key.region,
                "here": f"{key.account} in {key.region}",
                "again": again or retry.again,
                "stack": stack_id or "STACK",
                "where": key.account,
                **{name: text or "…" for name, text in found.groupdict().items()},
            }
            known["make_role"] = (_BOOTSTRAP if bootstraps else _MAKE_ROLE).format(**known)
            action = (retry.removes and entry.removal) or entry.action
            return Hint(
                code=entry.code,
                meaning=entry.meaning.format(**known),
                action=action.format(**known),
            )
    return None
