"""The door to AWS, through which no NoEcho value that the run knows comes back in AWS's own words.

AWS lists no NoEcho parameter, but a reason may quote one: "Value 'hunter2' … failed to satisfy
constraint", or whatever a custom resource says. Known are the file's values, the defaults of the
templates, and the overrides on AWS, which it lets anybody read who may describe a stack instance:
the door learns each as it passes, also where no template has its parameter any more, and reads
those of an instance that gives a reason before the reason is let in. So every reason and every
error is masked where it comes in; what is printed, recorded or saved of it is masked then. Outputs
are no reasons: a template that puts a secret out shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, cast

from stacksets.asking import ask_each
from stacksets.aws.door import Account, Stack, StackEvent, StackSets
from stacksets.differences import MASK
from stacksets.errors import AwsError, StackSetsError, TemplateError
from stacksets.model.observed import Operation, OperationResult, StackInstance, StackSet
from stacksets.parameter_values import (
    declared_parameters,
    default_parameters,
    no_echo_parameters,
)
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stacksets.aws.door import Aws, Organizations
    from stacksets.model.desired import AccountId, CallAs, Deployment, InstanceKey, Region
    from stacksets.model.outcome import Identity

_SHORTEST = 4
"""Shorter values stand in too many words, and are guessed at once anyway."""

_LONG = 8
"""From here on a value is found within a word as well; a shorter one only as a word of its own."""

_COMMON = frozenset({"default", "disabled", "enabled", "false", "none", "null", "true"})
"""Values that are no secret whatever the template calls them, and that reasons are made of."""


def mask_reasons(aws: Aws, deployment: Deployment) -> Aws:
    """Give the door behind which reasons and errors are masked."""
    return _MaskedAws(behind=aws, mask=_Mask(deployment))


def mask_again(aws: Aws, observed: StackSet) -> StackSet:
    """Mask by all that was learned while the stack set was read: reasons came in before overrides.

    The same where the door masks nothing.
    """
    if not isinstance(aws, _MaskedAws):
        return observed
    return replace(
        observed,
        instances=cast("tuple[StackInstance, ...]", aws.mask.answer(observed.instances)),
        operations=cast("tuple[Operation, ...]", aws.mask.answer(observed.operations)),
    )


def find_secret_texts(deployment: Deployment) -> frozenset[str]:
    """Collect what reasons may quote of the NoEcho values of the file and of its templates.

    Those of overrides and of the bootstrap are included, and defaults that the file replaces too.
    Left out is what would garble reasons: values shorter than 4 characters, words such as `true`,
    and what stands openly in every message (names, accounts and regions of the stack set).
    """
    return _spelled(_secret_values(deployment)) - _open_words(deployment)


def _open_words(deployment: Deployment) -> frozenset[str]:
    names = {deployment.name, deployment.environment, deployment.home_region}
    return frozenset(names | {*deployment.accounts(), *deployment.regions()})


def _spelled(values: Iterable[str]) -> frozenset[str]:
    """Spell values as reasons may, without those that would garble them."""
    texts = {text for value in values for text in (value, json.dumps(value)[1:-1])}
    return frozenset(
        text for text in texts if len(text) >= _SHORTEST and text.lower() not in _COMMON
    )


def _secret_values(deployment: Deployment) -> Iterator[str]:
    content = deployment.template.content
    yield from _values(content, default_parameters(content))
    yield from _values(content, deployment.parameters)
    for one in deployment.overrides:
        yield from _values(content, one.parameters)
    if deployment.bootstrap:
        content = deployment.bootstrap.template.content
        yield from _values(content, default_parameters(content))
        yield from _values(content, deployment.bootstrap.parameters)


def _values(content: Mapping[str, object], given: Mapping[str, object]) -> Iterator[str]:
    """Give the values of a template's NoEcho parameters, those of lists one by one as well."""
    declared = declared_parameters(content)
    for name in no_echo_parameters(content) & given.keys():
        value = given[name]
        if not isinstance(value, str):  # A value that stays as it is deployed is not known.
            continue
        yield value.strip()
        if "List" in str(declared[name].get("Type")):
            yield from (one.strip() for one in value.split(","))


def _pattern(text: str) -> str:
    exact = re.escape(text)
    return exact if len(text) >= _LONG else rf"(?<!\w){exact}(?!\w)"


class _Mask:
    """What the run knows to be secret; it learns more from several threads at once."""

    def __init__(self, deployment: Deployment) -> None:
        self.name = deployment.name
        self._templates: tuple[Mapping[str, object], ...] = (deployment.template.content,)
        self._open_words = _open_words(deployment)
        self._texts = find_secret_texts(deployment)
        self._found: tuple[frozenset[str], re.Pattern[str]] | None = None
        self._bodies: frozenset[str] = frozenset()
        self._asked: frozenset[InstanceKey] = frozenset()
        self._lock = Lock()

    def text(self, text: str) -> str:
        """Mask a text; of secrets within one another the longest."""
        texts = self._texts
        if not texts:
            return text
        if self._found is None or self._found[0] is not texts:
            longest_first = sorted(texts, key=lambda one: (-len(one), one))
            self._found = texts, re.compile("|".join(map(_pattern, longest_first)))
        return self._found[1].sub(MASK, text)

    def learn_template(self, body: str) -> None:
        """Learn from the template on AWS: its defaults, and which overrides are secrets."""
        if body in self._bodies:
            return
        with suppress(TemplateError):
            content = parse_template(body)
            with self._lock:
                self._bodies |= {body}
                self._templates = (*self._templates, content)
            self._learn(_values(content, default_parameters(content)))

    def learn_overrides(self, overrides: Mapping[str, str]) -> None:
        """Learn from overrides on AWS, by the templates that are known.

        What none of them has any more may have been NoEcho.
        """
        for content in self._templates:
            self._learn(_values(content, overrides))
        declared = {name for one in self._templates for name in declared_parameters(one)}
        self._learn(value for name, value in overrides.items() if name not in declared)

    def to_ask(self, keys: Iterable[InstanceKey]) -> tuple[InstanceKey, ...]:
        """Tell whose overrides are to be read, once each; of none where nothing is NoEcho."""
        if not no_echo_parameters(*self._templates):
            return ()
        with self._lock:
            new = tuple(dict.fromkeys(one for one in keys if one not in self._asked))
            self._asked |= frozenset(new)
        return new

    def _learn(self, values: Iterable[str]) -> None:
        new = _spelled(values) - self._open_words - self._texts
        if new:
            with self._lock:
                self._texts |= new

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
                answer = method(*args, **options)
            except StackSetsError as error:
                raise self._mask.error(error) from error.__cause__
            self._learn(answer)
            return self._mask.answer(answer)

        return call

    def _learn(self, answer: object) -> None:
        """Take from an answer what is to be masked from then on."""


class _MaskedStackSets(_Masked):
    """The calls that tell which values are secret, beside those whose reasons quote them."""

    def _learn(self, answer: object) -> None:
        match answer:
            case StackSet():
                self._mask.learn_template(answer.template_body)
            case tuple():
                self._ask(answer)
            case Mapping():
                self._mask.learn_overrides(cast("Mapping[str, str]", answer))
            case _:
                pass

    def _ask(self, rows: Iterable[object]) -> None:
        """Read the overrides of what gives a reason, which may quote them."""
        told = (
            one.key
            for one in rows
            if isinstance(one, (StackInstance, OperationResult)) and one.status_reason
        )
        ask_each(self._read, self._mask.to_ask(told))

    def _read(self, key: InstanceKey) -> None:
        """Learn the overrides of an instance; those that AWS does not tell are not known."""
        with suppress(AwsError):
            there = cast("StackSets", self._behind).read_overrides(self._mask.name, key)
            self._mask.learn_overrides(there or {})


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
        return cast(
            "StackSets", _MaskedStackSets(self.behind.stack_sets(home_region, call_as), self.mask)
        )

    def organizations(self) -> Organizations:
        return self.behind.organizations()

    def account(self, account: AccountId, region: Region, role_name: str | None) -> Account:
        return cast("Account", _Masked(self.behind.account(account, region, role_name), self.mask))
