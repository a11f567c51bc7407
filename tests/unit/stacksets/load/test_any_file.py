"""Whatever stands in the file: a deployment, or problems in words; never anything else."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment
from stacksets.load.file import TABLES
from stacksets.model.desired import Deployment
from tests.deployment_files import TEMPLATE, a_document, write_file

FULL = a_document(
    stack_set={
        "admin_account": "111111111111",
        "capabilities": ["CAPABILITY_IAM"],
        "informational": ["Author"],
        "unique_across_accounts": ["Author"],
        "managed_execution": True,
        "tags": {"Author": "{author}"},
    },
    targets=[
        {"accounts": ["self"], "regions": ["us-east-1", "us-west-1"]},
        {"accounts": ["222222222222"], "regions": ["us-east-1"]},
    ],
    overrides=[{"regions": ["us-east-1"], "parameters": {"Author": "x"}}],
    operation_preferences={"region_order": ["us-west-1"], "max_concurrent_count": 1},
    bootstrap={"stack_name": "b", "template": "t.json", "parameters": {"Suffix": "x"}},
    smoke={"output": "Endpoint", "path": "x", "body": "{region}", "burst": 2, "sign": "lambda"},
    environments={
        "dev": {"stack_set": {"description": "d"}, "smoke": {"status": 204}},
        "pr-*": {"targets": [{"accounts": ["self"], "regions": ["eu-west-1"]}]},
    },
)
KEYS = sorted(
    {*TABLES, "environments", "dev"} | {k for t in TABLES.values() for k in t.model_fields}
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        [
            "self",
            "111111111111",
            "us-east-1",
            "{environment}",
            "{author}",
            "{x}",
            "t.json",
            "Author",
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(), st.floats(), st.just("x" * 5000)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), TEXTS), inner, max_size=3),
    ),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        yield from places(inner, (*path, key))


@st.composite
def mutated_files(draw):
    document = deepcopy(FULL)
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from([one for one in places(document) if one]))
        holder = document
        for key in above:
            holder = holder[key]
        match draw(st.sampled_from(["replace", "drop", "add", "again"])):
            case "replace":
                holder[last] = draw(VALUES)
            case "drop":
                del holder[last]
            case "add" if isinstance(holder, dict):
                holder[draw(st.one_of(st.sampled_from(KEYS), TEXTS))] = draw(VALUES)
            case _ if isinstance(holder, list):
                holder.append(deepcopy(holder[last]))
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


def load_or_refuse(path):
    """Give the deployment, or None where it was refused in words."""
    try:
        return load_deployment(path, environment=None, environ={})
    except DeploymentFileError as error:
        refusal = error
    assert refusal.message
    assert all(one.where and one.what for one in refusal.problems)
    told = [str(one) for one in refusal.problems]
    assert len(told) == len(set(told))
    return None


def test_the_file_that_is_mutated_is_valid_itself(folder):
    assert isinstance(load_or_refuse(write_file(folder, FULL)), Deployment)
    assert "Suffix" in TEMPLATE["Parameters"]


@given(document=mutated_files())
def test_a_valid_file_with_some_mutations_is_loaded_or_refused_in_words(folder, document):
    loaded = load_or_refuse(write_file(folder, document))
    if loaded is not None:
        assert loaded.instance_keys()
        assert set(loaded.operation_preferences.region_order) <= set(loaded.regions())
        bound = loaded.bound_to("111111111111")
        assert all(len(account) == 12 for account in bound.accounts())


@given(raw=st.binary(max_size=200))
def test_bytes_of_any_kind_are_loaded_or_refused_in_words(folder, raw):
    path = folder / "raw.toml"
    path.write_bytes(raw)
    assert load_or_refuse(path) is None


YAML_PIECES = st.one_of(
    st.sampled_from(
        ["Resources", "a", ": ", "{", "}", "[", "]", ", ", "\n", "  ", "- ", "? ", "|"]
    ),
    st.sampled_from(
        ["!Ref ", "!GetAtt ", "!Sub ", "&x ", "*x", "<<: ", "2026-01-01", "0x1F", "''"]
    ),
    st.sampled_from(["!!int ", "!!timestamp ", "!!binary ", "!!set "]),
)


@given(text=st.one_of(st.lists(YAML_PIECES, max_size=12).map("".join), st.text(max_size=20)))
def test_a_template_of_any_text_is_loaded_or_refused_in_words(folder, text):
    document = a_document(stack_set={"template": "any.yaml", "parameters": {}})
    (folder / "any.yaml").write_bytes(text.encode("utf-8", errors="replace"))
    load_or_refuse(write_file(folder, document))
