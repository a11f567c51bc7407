"""The door to AWS, through which no NoEcho value of the file comes back in AWS's own words.

AWS lists no NoEcho parameter, but a reason may quote one: "Value 'hunter2' … failed to satisfy
constraint", or whatever a custom resource says. So every reason and every error is masked where it
comes in; what is printed, recorded or saved of it is masked then. Outputs are no reasons: a
template that puts a secret out shows it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, cast

from stacksets.aws.door import Account, Stack, StackEvent, StackSets
from stacksets.differences import MASK
from stacksets.errors import StackSetsError
from stacksets.model.observed import Operation, OperationResult, StackInstance
from stacksets.parameter_values import declared_parameters, no_echo_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stacksets.aws.door import Aws, Organizations
    from stacksets.model.desired import AccountId, CallAs, Deployment, Region
    from stacksets.model.outcome import Identity

_SHORTEST = 4
"""Shorter values stand in too many words, and are guessed at once anyway."""

_LONG = 8
"""From here on a value is found within a word as well; a shorter one only as a word of its own."""

_COMMON = frozenset({"default", "disabled", "enabled", "false", "none", "null", "true"})
"""Values that are no secret whatever the template calls them, and that reasons are made of."""


def mask_reasons(aws: Aws, deployment: Deployment) -> Aws:
    """Give the door behind which reasons and errors are masked; the same where nothing is to be."""
    texts = sorted(find_secret_texts(deployment), key=lambda text: (-len(text), text))
    if not texts:
        return aws
    return _MaskedAws(behind=aws, mask=_Mask("|".join(map(_pattern, texts))))


def find_secret_texts(deployment: Deployment) -> frozenset[str]:
    """Collect what reasons may quote of the file's NoEcho values, overrides and bootstrap included.

    Left out is what would garble reasons: values shorter than 4 characters, words such as `true`,
    and what stands openly in every message (names, accounts and regions of the stack set).
    """
    open_words = {deployment.name, deployment.environment, deployment.home_region}
    open_words |= {*deployment.accounts(), *deployment.regions()}
    texts = {text for value in _secret_values(deployment) for text in (value, _escaped(value))}
    return frozenset(
        text
        for text in texts
        if len(text) >= _SHORTEST and text.lower() not in _COMMON and text not in open_words
    )


def _secret_values(deployment: Deployment) -> Iterator[str]:
    """Give the values of NoEcho parameters, those of lists one by one as well."""
    sources: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
        (deployment.template.content, given)
        for given in (deployment.parameters, *(one.parameters for one in deployment.overrides))
    ]
    if deployment.bootstrap:
        sources.append((deployment.bootstrap.template.content, deployment.bootstrap.parameters))
    for content, given in sources:
        declared = declared_parameters(content)
        for name in no_echo_parameters(content) & given.keys():
            value = given[name]
            if not isinstance(value, str):  # A value that stays as it is deployed is not known.
                continue
            yield value.strip()
            if "List" in str(declared[name].get("Type")):
                yield from (one.strip() for one in value.split(","))


def _escaped(value: str) -> str:
    """Spell a value as JSON in a reason would."""
    return json.dumps(value)[1:-1]


def _pattern(text: str) -> str:
    exact = re.escape(text)
    return exact if len(text) >= _LONG else rf"(?<!\w){exact}(?!\w)"


@dataclass(frozen=True, slots=True)
class _Mask:
    """What is to be found as a pattern, the longest text first."""

    secrets: str

    def text(self, text: str) -> str:
        return re.sub(self.secrets, MASK, text)

    def answer(self, answer: object) -> object:
        """Mask the reasons in what AWS answered."""
        match answer:
            case tuple():
                return tuple(map(self.answer, answer))
            case StackInstance() | Operation() | OperationResult() | Stack() if (
                answer.status_reason
            ):
                return replace(answer, status_reason=self.text(answer.status_reason))
            case StackEvent():
                return replace(answer, reason=self.text(answer.reason))
            case _:
                return answer

    def error(self, error: StackSetsError) -> StackSetsError:
        """Mask an error; its cause, which quotes the same, is let go where there was something."""
        masked = self.text(error.message)
        if masked != error.message:
            error.message, error.args, error.__cause__ = masked, (masked,), None
        return error


class _Masked:
    """Any part of the door: passes every call on, and masks what comes back."""

    def __init__(self, behind: object, mask: _Mask) -> None:
        self._behind = behind
        self._mask = mask

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._behind, name)

        @wraps(method)
        def call(*args: object, **options: object) -> object:
            try:
                return self._mask.answer(method(*args, **options))
            except StackSetsError as error:
                raise self._mask.error(error) from error.__cause__

        return call


@dataclass(frozen=True, slots=True, kw_only=True)
class _MaskedAws:
    """`door.Aws`, its parts masked; who calls and the organization know no parameter."""

    behind: Aws
    mask: _Mask

    def identity(self) -> Identity:
        return self.behind.identity()

    def known_regions(self) -> Mapping[Region, str]:
        return self.behind.known_regions()

    def stack_sets(self, home_region: Region, call_as: CallAs) -> StackSets:
        return cast("StackSets", _Masked(self.behind.stack_sets(home_region, call_as), self.mask))

    def organizations(self) -> Organizations:
        return self.behind.organizations()

    def account(self, account: AccountId, region: Region, role_name: str | None) -> Account:
        return cast("Account", _Masked(self.behind.account(account, region, role_name), self.mask))
