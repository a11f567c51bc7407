"""The overrides of a deployment file as they lie over one another, for very many instances."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stacksets.model.desired import AccountId, InstanceKey, ParameterOverride


class OverrideLayers:
    """Knows which overrides may speak of an account, so that no instance has to ask all of them."""

    def __init__(self, overrides: Sequence[ParameterOverride]) -> None:
        self._overrides = overrides
        self._places: dict[AccountId | None, list[int]] = defaultdict(list)
        for place, override in enumerate(overrides):
            named = (*override.accounts, *(override.members or ()))
            everywhere = not override.accounts and not override.organizational_units
            for account in (None,) if everywhere else dict.fromkeys(named):
                self._places[account].append(place)

    def at(self, key: InstanceKey) -> Iterator[tuple[int, ParameterOverride]]:
        """Give the overrides that speak of a stack instance, each with its place in the file.

        Places count from 1; of two overrides that meet, the later one wins.
        """
        of_account = self._places.get(key.account, ())
        for place in sorted((*of_account, *self._places.get(None, ()))):
            if self._overrides[place].applies_to(key):
                yield place + 1, self._overrides[place]

    def values_at(self, key: InstanceKey) -> dict[str, str]:
        """Give what `Deployment.overrides_of` gives."""
        return {
            name: value
            for _, override in self.at(key)
            for name, value in override.parameters.items()
        }
