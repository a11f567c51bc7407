"""What everybody may call, as a warning to read before a plan is agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.exposure import Exposure


def exposure_warnings(exposure: Exposure | None) -> tuple[str, ...]:
    """Warn plainly of public methods and of the worst month's bill; nothing public, no warning."""
    if exposure is None:
        return ()
    names = [str(one) for one in exposure.methods]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    verb = "is" if len(names) == 1 else "are"
    bill = f"the worst month would cost ${exposure.worst_month_usd:,.0f} at list prices"
    return (
        f"{listed} {verb} public (no authentication; what functions refuse is not known)",
        f"{bill} ({exposure.counted})",
    )
