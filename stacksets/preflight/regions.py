"""Whether the regions that the file names exist, as far as botocore knows.

Nothing answers in a misspelled region, and StackSets takes its name all the same. A brand-new
region is unknown too, until botocore is newer than the region.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from stacksets.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import Region
    from stacksets.preflight.case import Case, Finding


def check_regions(case: Case) -> Iterator[Finding]:
    """Find a home region and target regions that botocore does not know."""
    known = case.aws.known_regions()
    home = case.deployment.home_region
    if home not in known:
        yield _problem("home_region", home, known)
    for region in case.deployment.regions():
        if region not in known:
            yield _problem("[[targets]] regions", region, known)


def _problem(where: str, region: Region, known: frozenset[Region]) -> Problem:
    near = get_close_matches(region, sorted(known), n=1)
    guess = f'did you mean "{near[0]}"? ' if near else ""
    return Problem(
        where=where,
        what=f'"{region}" is no region that botocore knows',
        hint=f"{guess}A brand-new region needs a newer botocore",
        is_input=True,
    )
