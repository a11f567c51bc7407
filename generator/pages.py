"""The pages of docs/ that are counted from the rendered template, so that they cannot grow old."""

from collections.abc import Mapping
from typing import Any

from generator import costs
from generator.capacity import needs, page


def build_pages(template: Mapping[str, Any]) -> dict[str, bytes]:
    """Every such page by its file name, of the service's template as it is rendered.

    Raises:
        UnmetNeedsError: the service's defaults let in more than one region alone can carry.
        KeyError: a parameter of the service has no row in docs/costs.md.
    """
    service = needs.read_service(template)
    needs.require_enough(service)
    pages = {
        "costs.md": costs.build_page(costs.read_service(template)),
        "capacity.md": page.build_page(service),
    }
    return {name: text.encode() for name, text in pages.items()}
