"""What a name leads to by the records."""

from __future__ import annotations

from stacksets.local.route53.resolver import Record, Resolver

NAME = "api.example.com"
EAST = "d-east.execute-api.us-east-1.amazonaws.com"
WEST = "d-west.execute-api.us-west-1.amazonaws.com"


def resolve(name: str, *records: Record, sick: tuple[str, ...] = ()) -> str | None:
    resolver = Resolver(list_records=lambda: records, is_healthy=lambda one: one not in sick)
    return resolver.resolve(name)


def record(target: str, name: str = NAME, kind: str = "A", **more: str) -> Record:
    return Record(name=name, type=kind, target=target, **more)


def latency(region: str, target: str) -> Record:
    return record(target, region=region, health_check_id=region)


BOTH = (latency("us-west-1", WEST), latency("us-east-1", EAST))


def test_names_of_aws_stand_for_themselves_and_others_need_a_record() -> None:
    assert resolve(EAST) == EAST
    assert resolve("amazonaws.com") == "amazonaws.com"
    assert resolve("evilamazonaws.com") is None
    assert resolve(NAME, record("txt", kind="TXT")) is None
    assert resolve(NAME, record("192.0.2.1")) is None


def test_a_chain_is_followed_to_its_end_and_a_circle_leads_nowhere() -> None:
    chain = record(NAME, "www.example.com", "CNAME")

    assert resolve("www.example.com", chain, record(EAST)) == EAST
    assert resolve(NAME, record(NAME)) is None


def test_of_latency_records_the_first_healthy_region_answers() -> None:
    assert resolve(NAME, *BOTH) == EAST
    assert resolve(NAME, *BOTH, sick=("us-east-1",)) == WEST


def test_where_none_is_healthy_all_are() -> None:
    assert resolve(NAME, *BOTH, sick=("us-east-1", "us-west-1")) == EAST


def test_a_record_without_a_check_is_healthy() -> None:
    assert resolve(NAME, record(EAST, region="us-east-1")) == EAST
