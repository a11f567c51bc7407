"""The templates as they are rendered from this checkout."""

from __future__ import annotations

import json

import pytest

from generator.render import render


@pytest.fixture(scope="session")
def rendered():
    return render()


@pytest.fixture
def service(rendered):
    return json.loads(rendered["service.json"])


@pytest.fixture
def bootstrap(rendered):
    return json.loads(rendered["bootstrap.json"])


@pytest.fixture
def resources(service):
    """The service's resources by type, each a dict by logical id."""
    by_type = {}
    for title, resource in service["Resources"].items():
        by_type.setdefault(resource["Type"], {})[title] = resource
    return by_type
