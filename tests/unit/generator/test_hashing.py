"""Logical ids that change exactly when what they snapshot changes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from troposphere import Tags, awslambda

from generator.hashing import hashed_title
from generator.service.template import build_service
from generator.settings import SETTINGS

IGNORE = frozenset({"RecursiveLoop", "Tags"})

published = st.fixed_dictionaries(
    {
        "Code": st.text(min_size=1, max_size=9).map(lambda text: awslambda.Code(ZipFile=text)),
        "Role": st.sampled_from(["one", "two"]),
        "Timeout": st.integers(1, 3),
    },
    optional={"Description": st.sampled_from(["a", "b"])},
)
unpublished = st.fixed_dictionaries(
    {},
    optional={
        "Tags": st.dictionaries(st.sampled_from("ab"), st.text(max_size=3)).map(Tags),
        "RecursiveLoop": st.sampled_from(["Allow", "Terminate"]),
    },
)
metadata = st.dictionaries(st.text(max_size=3), st.text(max_size=3))


def a_function(properties, metadata=None):
    return awslambda.Function("F", Metadata=metadata or {}, **properties)


def plain(properties):
    return {
        name: value.to_dict() if hasattr(value, "to_dict") else value
        for name, value in properties.items()
    }


@given(first=published, second=published)
def test_the_id_changes_if_and_only_if_what_is_published_changes(first, second):
    ids = [
        hashed_title("V", [a_function(properties)], ignore=IGNORE) for properties in (first, second)
    ]
    assert (ids[0] == ids[1]) == (plain(first) == plain(second))


@given(properties=published, more=unpublished, why=metadata)
def test_tags_and_metadata_are_never_published(properties, more, why):
    bare = hashed_title("V", [a_function(properties)], ignore=IGNORE)
    full = hashed_title("V", [a_function({**properties, **more}, why)], ignore=IGNORE)
    assert bare == full


def test_the_id_is_a_logical_id_that_cloudformation_takes():
    title = hashed_title(
        "V", [a_function({"Role": "r", "Code": awslambda.Code(ZipFile="code")})], ignore=IGNORE
    )
    assert re.fullmatch("V[0-9a-f]{10}", title)


def test_the_order_in_which_parts_are_named_makes_no_other_snapshot():
    parts = [awslambda.Alias(title, Name=title) for title in ("A", "B")]
    for part in parts:
        part.FunctionName = part.FunctionVersion = "x"
    there, back = (hashed_title("D", found, ignore=IGNORE) for found in (parts, parts[::-1]))
    assert there == back


def ids_of(settings=SETTINGS, source="code"):
    """The version's and the deployment's logical id."""
    template = build_service(settings, source).to_dict()
    by_type = {resource["Type"]: title for title, resource in template["Resources"].items()}
    return by_type["AWS::Lambda::Version"], by_type["AWS::ApiGateway::Deployment"]


@pytest.mark.parametrize(
    ("change", "version_changes", "deployment_changes"),
    [
        ({}, False, False),
        ({"source": "other_code"}, True, False),
        ({"settings": replace(SETTINGS, runtime="python3.13")}, True, False),
        ({"settings": replace(SETTINGS, memory_mb=512)}, True, False),
        ({"settings": replace(SETTINGS, log_level="DEBUG")}, True, False),
        ({"source": "code  # said otherwise"}, False, False),
        ({"settings": replace(SETTINGS, function_timeout_seconds=4)}, True, False),
        ({"settings": replace(SETTINGS, integration_timeout_milliseconds=7000)}, False, True),
        ({"settings": replace(SETTINGS, tls_policy="TLS_1_2")}, False, True),
    ],
)
def test_a_change_publishes_what_it_touches_and_no_more(
    change, version_changes, deployment_changes
):
    version, deployment = ids_of()
    changed_version, changed_deployment = ids_of(**change)
    assert (changed_version != version) == version_changes
    assert (changed_deployment != deployment) == deployment_changes
