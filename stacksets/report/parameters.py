"""The effective values of parameters: what is common once, and then where instances deviate."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from stacksets.differences import MASK
from stacksets.effective import ValueSource
from stacksets.model.desired import InstanceKey
from stacksets.report.message import Line, Tone, align, shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from stacksets.effective import EffectiveParameter, EffectiveParameters, InstanceParameters

_MOST_DEVIATIONS = 30
_NAMED = 3
_COMMON = {ValueSource.DEFAULT, ValueSource.FILE}
_UNASKED = {ValueSource.FORGOTTEN, ValueSource.TRAFFIC_OTHER}
_TROUBLING = {ValueSource.DEPLOYED, *_UNASKED}


def parameter_lines(effective: EffectiveParameters) -> Iterator[Line]:
    """Show the value that most instances share, once a parameter, and below it every other one."""
    counts: dict[str, Counter[EffectiveParameter]] = defaultdict(Counter)
    for one in effective.instances:
        for parameter in one.parameters:
            counts[parameter.name][parameter] += 1
    if not counts:
        return
    yield Line("Parameters")
    common = _common(counts, len(effective.instances))
    rows = [[one.name, f"= {_value(one)}", f"({_source_words(one)})"] for one in common.values()]
    for parameter, text in zip(common.values(), align(rows), strict=True):
        yield Line(text, _tone(parameter))
    yield from _deviation_lines(effective.instances, common)
    if not effective.overrides_read:
        yield Line("  overrides on AWS not read; --audit reads them", Tone.FAINT)


def parameters_data(effective: EffectiveParameters) -> dict[str, object]:
    """Give every parameter of every instance as JSON-ready data.

    `source` is a `ValueSource`; an override has its `entry` in the file, from 1. `desired` is what
    the file gives where the value on AWS is another one, `deployed` the override on AWS that the
    file's is to replace.
    """
    return {
        "overrides_read": effective.overrides_read,
        "instances": [
            {
                "account": one.account,
                "region": one.region,
                "parameters": [_parameter_data(parameter) for parameter in one.parameters],
            }
            for one in effective.instances
        ],
    }


def forgotten_warnings(
    effective: EffectiveParameters, *, audited: bool, beyond: Collection[InstanceKey] = ()
) -> tuple[str, ...]:
    """Warn of overrides on AWS that no file names, once however many instances have them.

    Args:
        effective: what the stack instances have.
        audited: whether a deploy takes them back only where it is asked to look at all of them.
        beyond: the stack instances that no deploy updates, so that nothing is taken back there.
    """
    forgotten = [one for one in effective.forgotten if _key(one) not in beyond]
    names = sorted({p.name for one in forgotten for p in one.parameters})
    if not names:
        return ()
    where = _where([_key(one) for one in forgotten], effective.instances)
    words = f"{where}: overrides of {', '.join(names)} on AWS that no file names"
    return (f"{words}; `stacksets deploy{' --audit' if audited else ''}` takes them back",)


def _parameter_data(parameter: EffectiveParameter) -> dict[str, object]:
    return {
        "name": parameter.name,
        "value": parameter.value,
        "source": parameter.source.value,
        "entry": parameter.entry,
        "desired": parameter.desired,
        "deployed": parameter.deployed,
    }


def _common(
    counts: Mapping[str, Counter[EffectiveParameter]], instances: int
) -> dict[str, EffectiveParameter]:
    """Give the most frequent value of each parameter that all instances have.

    Of two that are as frequent, the one that is no override. Never one that nobody asked for,
    however many have it: it is marked, and says where.
    """
    asked = {
        name: [one for one in found if one.source not in _UNASKED]
        for name, found in counts.items()
        if found.total() == instances
    }
    return {name: _most_common(counts[name], ones) for name, ones in asked.items() if ones}


def _most_common(
    found: Counter[EffectiveParameter], ones: Sequence[EffectiveParameter]
) -> EffectiveParameter:
    return max(ones, key=lambda one: (found[one], one.source in _COMMON))


def _deviation_lines(
    instances: Sequence[InstanceParameters], common: Mapping[str, EffectiveParameter]
) -> Iterator[Line]:
    keys: dict[EffectiveParameter, list[InstanceKey]] = defaultdict(list)
    for one in instances:
        for parameter in one.parameters:
            if common.get(parameter.name) != parameter:
                keys[parameter].append(_key(one))
    # What nobody asked for comes first: it must not be what is cut off.
    ordered = sorted(keys, key=lambda one: one.source not in _TROUBLING)
    for parameter in ordered[:_MOST_DEVIATIONS]:
        words = f"{parameter.name} = {_value(parameter)}  ({_source_words(parameter)})"
        sign = "! " if parameter.source in _TROUBLING else ""
        yield Line(f"  {sign}{_where(keys[parameter], instances)}: {words}", _tone(parameter))
    if (rest := len(ordered) - _MOST_DEVIATIONS) > 0:
        yield Line(f"  and {rest} more deviations; --output json has them all", Tone.FAINT)


def _where(keys: Sequence[InstanceKey], instances: Iterable[InstanceParameters]) -> str:
    """Name instances shortly: whole regions or whole accounts where it comes to that."""
    regions, accounts = {one.region for one in keys}, {one.account for one in keys}
    if len(keys) == sum(one.region in regions for one in instances):
        return _listed(sorted(regions), "regions")
    if len(keys) == sum(one.account in accounts for one in instances):
        return _listed(sorted(accounts), "accounts")
    return _listed([str(one) for one in keys], "stack instances")


def _listed(names: Sequence[str], noun: str) -> str:
    rest = len(names) - _NAMED
    named = ", ".join(names[:_NAMED])
    return f"{named} and {rest} more {noun}" if rest > 0 else named


def _key(one: InstanceParameters) -> InstanceKey:
    return InstanceKey(one.account, one.region)


def _value(parameter: EffectiveParameter) -> str:
    return shorten(parameter.value) if parameter.value.isprintable() else repr(parameter.value)


def _tone(parameter: EffectiveParameter) -> Tone:
    return Tone.WARNING if parameter.source in _TROUBLING else Tone.PLAIN


def _source_words(parameter: EffectiveParameter) -> str:
    words = _SOURCES[parameter.source].format(entry=parameter.entry)
    if parameter.source in _TROUBLING and parameter.desired is not None:
        words += f"; the file gives {shorten(parameter.desired)}"
    if parameter.deployed is not None:
        words += f"; on AWS {shorten(parameter.deployed)}"
    if parameter.value != MASK:
        return words
    is_gone = parameter.source is ValueSource.FORGOTTEN and parameter.desired is None
    return f"{words}, hidden: no parameter of the template" if is_gone else f"{words}, NoEcho"


_SOURCES = {
    ValueSource.DEFAULT: "template default",
    ValueSource.FILE: "[stack_set.parameters]",
    ValueSource.OVERRIDE: "[[overrides]] {entry}",
    ValueSource.DEPLOYED: "on AWS",
    ValueSource.FORGOTTEN: "override on AWS that no file names",
    ValueSource.TRAFFIC: "set by drain",
    ValueSource.TRAFFIC_OTHER: "override that drain never sets",
}
