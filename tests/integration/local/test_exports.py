"""Exports of stacks keep their names, and what is imported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local.templates import deploy, remove, settle

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}


def exporting(value: str = "one", name: str | None = "shared", **resources: Any) -> str:
    export = {"Export": {"Name": name}} if name else {}
    outputs = {"Out": {"Value": value, **export}}
    return json.dumps({"Resources": {**TOPIC, **resources}, "Outputs": outputs})


def importing() -> str:
    outputs = {"Taken": {"Value": {"Fn::ImportValue": "shared"}}}
    return json.dumps({"Resources": TOPIC, "Outputs": outputs})


def exports(client: Any) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in client.list_exports()["Exports"]}


def reasons(client: Any, name: str = "hello") -> set[str]:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return {event.get("ResourceStatusReason", "") for event in events}


def test_a_second_stack_that_exports_the_name_fails_and_the_first_keeps_it(
    local_aws: LocalAws,
) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting("one"), "first")
    client.create_stack(StackName="hello", TemplateBody=exporting("two"))

    assert settle(client) == "ROLLBACK_COMPLETE"
    taken = "Export with name shared is already exported by stack first."
    assert any(taken in reason for reason in reasons(client))
    assert exports(client) == {"shared": "one"}


def test_another_region_may_export_the_same_name(local_aws: LocalAws) -> None:
    for region in ("us-east-1", "us-west-1"):
        client = local_aws.client("cloudformation", region=region)
        deploy(client, exporting())
        assert exports(client) == {"shared": "one"}


def test_a_name_is_free_again_once_its_stack_exports_it_no_more(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting(), "first")
    deploy(client, exporting(name=None), "first")
    deploy(client, exporting("two"), "second")
    remove(client, "second")

    assert exports(client) == {}


def test_a_stack_may_export_another_value_while_nobody_imports_it(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting("one"))
    deploy(client, exporting("two"))

    assert exports(client) == {"shared": "two"}


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        (exporting("two"), "Export shared cannot be updated as it is in use by importer"),
        (exporting(name=None), "Export shared cannot be deleted as it is in use by importer"),
    ],
)
def test_an_imported_export_is_neither_changed_nor_dropped(
    local_aws: LocalAws, changed: str, refusal: str
) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting())
    deploy(client, importing(), "importer")
    client.update_stack(StackName="hello", TemplateBody=changed)

    assert settle(client) == "UPDATE_ROLLBACK_COMPLETE"
    assert refusal in reasons(client)
    assert exports(client) == {"shared": "one"}


def test_a_stack_whose_export_is_imported_may_change_otherwise(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting())
    deploy(client, importing(), "importer")
    deploy(client, exporting(Second={"Type": "AWS::SNS::Topic"}))

    assert exports(client) == {"shared": "one"}


def test_a_stack_whose_export_is_imported_is_not_deleted(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, exporting())
    deploy(client, importing(), "importer")
    with pytest.raises(ClientError) as caught:
        client.delete_stack(StackName="hello")

    refusal = "Export shared cannot be deleted as it is in use by importer"
    assert caught.value.response["Error"]["Message"] == refusal
    remove(client, "importer")
    remove(client)
