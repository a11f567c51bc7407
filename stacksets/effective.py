"""The value of every parameter in every stack instance, and where it comes from: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.definition import hidden_parameters, settle_definition
from stacksets.differences import MASK
from stacksets.model.layers import OverrideLayers
from stacksets.parameter_values import declared_parameters, default_parameters
from stacksets.template import parse_template
from stacksets.traffic import HeldTraffic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.desired import AccountId, Deployment, InstanceKey, Region
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.traffic import Traffic


class ValueSource(StrEnum):
    """Where the value of a parameter comes from; DEPLOYED, FORGOTTEN, TRAFFIC* are on AWS only.

    FORGOTTEN is a parameter override on AWS that the deployment file does not name. DEPLOYED is any
    other value on AWS that is not what the file gives. TRAFFIC is the override that drains,
    which belongs to operations; TRAFFIC_OTHER one of the same parameter that `drain` never sets.
    """

    DEFAULT = "default"
    FILE = "file"
    OVERRIDE = "override"
    DEPLOYED = "deployed"
    FORGOTTEN = "forgotten"
    TRAFFIC = "traffic"
    TRAFFIC_OTHER = "traffic_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveParameter:
    """One parameter in a stack instance; a NoEcho value is `MASK`, wherever it stands.

    `entry` counts the [[overrides]] of the file from 1. `desired` is what the file gives where the
    value is another one (DEPLOYED, FORGOTTEN), None where it gives none. `deployed` is the override
    on AWS that an override of the file (OVERRIDE) is to replace.
    """

    name: str
    value: str
    source: ValueSource
    entry: int | None = None
    desired: str | None = None
    deployed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceParameters:
    """All parameters of one stack instance, in the order of the template."""

    account: AccountId
    region: Region
    parameters: tuple[EffectiveParameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveParameters:
    """The parameters of every stack instance, sorted by account and region.

    `overrides_read` is False where AWS may hold overrides that nobody has read.
    """

    instances: tuple[InstanceParameters, ...]
    overrides_read: bool

    @property
    def forgotten(self) -> tuple[InstanceParameters, ...]:
        """Give the instances that have forgotten overrides, with those alone."""
        found = (
            (one, tuple(p for p in one.parameters if p.source is ValueSource.FORGOTTEN))
            for one in self.instances
        )
        return tuple(replace(one, parameters=those) for one, those in found if those)


def find_effective(deployment: Deployment, observed: StackSet | None) -> EffectiveParameters:
    """Value the parameters of every desired stack instance as the deployment file gives them.

    A forgotten override is what AWS has instead, as long as nobody takes it back.
    """
    wanted = _Wanted.of(deployment, observed)
    there = {one.key: one for one in observed.instances} if observed else {}
    return EffectiveParameters(
        instances=tuple(
            wanted.instance(key, wanted.at(key, there.get(key)))
            for key in deployment.instance_keys()
        ),
        overrides_read=observed is None or observed.overrides_read,
    )


def find_deployed(deployment: Deployment, observed: StackSet) -> EffectiveParameters:
    """Value the parameters of every stack instance that is there as AWS holds them."""
    wanted = _Wanted.of(deployment, observed)
    base = wanted.deployed_base(observed)
    return EffectiveParameters(
        instances=tuple(
            wanted.instance(one.key, wanted.deployed_at(one, base)) for one in observed.instances
        ),
        overrides_read=observed.overrides_read,
    )


Values = dict[str, EffectiveParameter]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the deployment file gives: to all instances, and by its overrides.

    `held` are the traffic overrides that go along, `traffic` says which parameter they are of.
    """

    layers: OverrideLayers
    base: Values
    hidden: frozenset[str]
    held: HeldTraffic
    traffic: Traffic | None

    @classmethod
    def of(cls, deployment: Deployment, observed: StackSet | None) -> _Wanted:
        content = deployment.template.content
        hidden = hidden_parameters(deployment, observed)
        settled = settle_definition(deployment, observed).parameters
        names = dict.fromkeys([*declared_parameters(content), *settled])
        base = {
            name: EffectiveParameter(
                name=name,
                value=MASK if name in hidden else settled[name],
                source=ValueSource.FILE if name in deployment.parameters else ValueSource.DEFAULT,
            )
            for name in names
            if name in settled
        }
        return cls(
            layers=OverrideLayers(deployment.overrides),
            base=base,
            hidden=hidden,
            held=HeldTraffic(deployment, observed),
            traffic=deployment.traffic,
        )

    def overridden(self, key: InstanceKey) -> Values:
        """Give what the overrides of the file say of an instance; later entries win."""
        return {
            name: EffectiveParameter(
                name=name, value=self.shown(name, value), source=ValueSource.OVERRIDE, entry=entry
            )
            for entry, override in self.layers.at(key)
            for name, value in override.parameters.items()
        }

    def shown(self, name: str, value: str) -> str:
        return MASK if name in self.hidden else value

    def at(self, key: InstanceKey, there: StackInstance | None) -> Values:
        """Value a desired instance; only an override that the file does not name is AWS's."""
        by_file = self.overridden(key)
        on_aws = there.overrides or {} if there else self.held.at(key, None)
        return {
            **self.base,
            **by_file,
            **{
                name: self._replacing(by_file[name], value)
                if name in by_file
                else self._beside_the_file(name, value)
                for name, value in sorted(on_aws.items())
            },
        }

    def deployed_base(self, observed: StackSet) -> Values:
        """Value what the stack set gives to all of its instances."""
        defaults = default_parameters(parse_template(observed.template_body))
        there = {**defaults, **observed.parameters}
        return {name: self._judged(self.base.get(name), name, there[name]) for name in there}

    def deployed_at(self, there: StackInstance, base: Values) -> Values:
        """Value an instance as AWS holds it, beside what the file gives it."""
        if there.overrides is None:
            return base
        by_file, on_aws = self.overridden(there.key), there.overrides
        values = base | {
            name: self._judged(by_file[name], name, value)
            if name in by_file
            else self._beside_the_file(name, value)
            for name, value in sorted(on_aws.items())
        }
        missing = [name for name in by_file if name in base and name not in on_aws]
        return values | {
            name: self._judged(by_file[name], name, values[name].value) for name in missing
        }

    def _judged(
        self, wanted: EffectiveParameter | None, name: str, value: str
    ) -> EffectiveParameter:
        """Give a value its source: the file's where the file gives the same."""
        shown = self.shown(name, value)
        if wanted and wanted.value == shown:
            return wanted
        return EffectiveParameter(
            name=name,
            value=shown,
            source=ValueSource.DEPLOYED,
            desired=wanted.value if wanted else None,
        )

    def _replacing(self, wanted: EffectiveParameter, value: str) -> EffectiveParameter:
        shown = self.shown(wanted.name, value)
        return wanted if shown == wanted.value else replace(wanted, deployed=shown)

    def _beside_the_file(self, name: str, value: str) -> EffectiveParameter:
        wanted = self.base.get(name)
        return EffectiveParameter(
            name=name,
            value=self.shown(name, value),
            source=self._source_beside(name, value),
            desired=wanted.value if wanted else None,
        )

    def _source_beside(self, name: str, value: str) -> ValueSource:
        if self.traffic is None or name != self.traffic.parameter:
            return ValueSource.FORGOTTEN
        is_drained = value == self.traffic.drained
        return ValueSource.TRAFFIC if is_drained else ValueSource.TRAFFIC_OTHER

    @staticmethod
    def instance(key: InstanceKey, values: Mapping[str, EffectiveParameter]) -> InstanceParameters:
        return InstanceParameters(
            account=key.account, region=key.region, parameters=tuple(values.values())
        )
