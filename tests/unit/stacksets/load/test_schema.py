from __future__ import annotations

import json
import runpy
import tomllib
from pathlib import Path

import pytest
from cfnlint.jsonschema import StandardValidator

from stacksets.load import deployment_schema
from tests.deployment_files import a_document

ROOT = Path(__file__).parents[4]


def test_the_committed_schema_is_fresh(capsys):
    runpy.run_module("stacksets.load", run_name="__main__")
    committed = (ROOT / "stacksets/deployment.schema.json").read_text()
    assert capsys.readouterr().out == committed, (
        "renew it: python -m stacksets.load > stacksets/deployment.schema.json"
    )


def test_the_schema_is_one_and_admits_our_own_deployment_file():
    schema = deployment_schema()
    document = tomllib.loads((ROOT / "stacksets.toml").read_text())
    assert list(StandardValidator(schema).iter_errors(document)) == []


@pytest.mark.parametrize(
    "tables",
    [
        {"rollout": {}},
        {"stack_set": {"nmae": "x"}},
        {"stack_set": {"home_region": "useast1"}},
        {"targets": [{"accounts": [111111111111]}]},
        {"environments": {"dev": {"smoke": {"burst": 0}}}},
    ],
)
def test_an_editor_sees_the_mistakes_that_the_shape_alone_shows(tables):
    errors = list(StandardValidator(deployment_schema()).iter_errors(a_document(**tables)))
    assert len(errors) == 1


def test_the_schema_explains_every_key():
    tables = deployment_schema()["$defs"]
    assert isinstance(tables, dict)
    unexplained = [
        f"{table}.{key}"
        for table, said in tables.items()
        if table != "Tables"
        for key, value in said["properties"].items()
        if not value.get("description")
    ]
    assert unexplained == []
    assert json.dumps(tables)
