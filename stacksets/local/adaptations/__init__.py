"""All that leans on private names of ministack: what it does otherwise than AWS is put right here.

Each module is one adaptation and says what AWS does and what ministack 1.5.33 does; each has a test
that runs ministack unpatched and sees the fault, so that the test fails when it is mended there.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.local.availability import LocalAwsUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.control_plane import PoliciesAllow, TrustAllows
    from stacksets.local.data_plane import Zones
    from stacksets.local.front import Emulator
    from stacksets.local.functions.fleet import Fleet
    from stacksets.local.organizations.call import Keeper
    from stacksets.local.organizations.tree import Organization
    from stacksets.local.sampling_rules import SamplingRules

MINISTACK_VERSION = "1.5.33"
ADAPTATIONS = (
    "account_role",
    "alarms",
    "aliases",
    "api_resources",
    "assume_role",
    "callers",
    "capabilities",
    "conditions",
    "dashboards",
    "domains",
    "endpoints",
    "exports",
    "function_keys",
    "health_checks",
    "log_keys",
    "mappings",
    "mock",
    "names",
    "oidc_providers",
    "organizations",
    "physical_names",
    "proxy",
    "records",
    "rest_apis",
    "topic_keys",
)
"""The modules that need nothing; `handlers` needs what runs the functions, `sampling_rules` what
keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """The adapted ministack, and IAM's decisions by its evaluator."""

    emulator: Emulator
    trust_allows: TrustAllows
    policies_allow: PoliciesAllow
    find_organization: Callable[[str], Organization | None]
    keeper: Keeper
    zones: Zones
    kept_only: Callable[[], list[str]]


def check_version(version: str) -> None:
    """Raise LocalAwsUnavailableError for another ministack than these lines were made for."""
    if version != MINISTACK_VERSION:
        raise LocalAwsUnavailableError(
            f"The embedded local AWS is made for ministack {MINISTACK_VERSION}, not {version}.",
            hint=f"python -m pip install ministack=={MINISTACK_VERSION}",
        )


def adapt(fleet: Fleet, rules: SamplingRules) -> Adapted:
    """Put ministack right, once a process.

    `fleet` runs the Python functions from then on, `rules` keeps X-Ray's sampling rules.

    ministack reads its environment at its first import, which is here: set it before.
    """
    check_version(importlib.metadata.version("ministack"))
    # pylint: disable=import-outside-toplevel
    from stacksets.local.adaptations import (  # noqa: PLC0415 - imports ministack, see above
        emulator,
        handlers,
        organizations,
        policies,
        recorded,
        sampling_rules,
        zones,
    )

    for name in ADAPTATIONS:
        importlib.import_module(f"{__name__}.{name}").apply()
    handlers.apply(fleet)
    sampling_rules.apply(rules)
    recorded.apply()
    return Adapted(
        emulator=emulator.Ministack(),
        trust_allows=policies.trust_allows,
        policies_allow=policies.policies_allow,
        find_organization=organizations.find_organization,
        keeper=organizations.Keeper(),
        zones=zones.Zones(),
        kept_only=recorded.kept_only,
    )
