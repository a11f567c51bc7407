"""`python -m generator.capacity`: docs/capacity.md, what a region needs to carry the whole load."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from generator.capacity.needs import Service, list_needs, read_service
from generator.capacity.page import build_page
from generator.render import build_own_service

_UNMET: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; 0, or 3 where one region would not carry the whole load."""
    parser = argparse.ArgumentParser(prog="python -m generator.capacity", description=__doc__)
    parser.add_argument("--page", type=Path, default=Path("docs/capacity.md"))
    options = parser.parse_args(arguments)
    return write(read_service(build_own_service().to_dict()), options.page)


def write(service: Service, page: Path) -> int:
    """Write the page for a service, unless that does not carry the load: all it lacks is told."""
    unmet = [need for need in list_needs(service) if not need.is_met]
    for need in unmet:
        sys.stderr.write(
            f"error: {need.title}: {need.needs:,} are needed ({need.counted}), there are "
            f"{need.has:,} → lower the load, the throttle or the timeout, or name a larger quota\n"
        )
    if unmet:
        return _UNMET
    page.write_text(build_page(service), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
