"""What each parameter costs: counted from the template, with unit prices that have names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator import prices
from generator.costs import ROWS, Month, Service, build_page, read_service
from generator.pages import build_pages
from generator.settings import SETTINGS
from handler import index
from stacksets import exposure

ROOT = Path(__file__).parents[3]
MONTH = Month(regions=2, requests=4_000_000)
CHECK = {"Type": "HTTPS", "RequestInterval": 30, "Regions": ["us-west-2", "eu-west-1", "sa-east-1"]}


def a_service(month=MONTH, **resources):
    """A template with the resources of these types, each with its properties."""
    parameters = {
        name: {"Default": default}
        for name, default in {"ThrottlingRateLimit": 200, "LogRetentionDays": 90}.items()
    }
    made = {
        f"R{number}": {"Type": kind.replace("__", "::"), "Properties": properties}
        for number, (kind, every) in enumerate(resources.items())
        for number, properties in enumerate(every, 100 * number)
    }
    template = {"Parameters": parameters, "Resources": made}
    return Service(template=template, month=month, settings=SETTINGS)


def dollars(items):
    return sum(item.cost() for item in items)


def test_the_committed_page_is_what_the_template_and_the_prices_give(service):
    assert (ROOT / "docs" / "costs.md").read_bytes() == build_pages(service)["costs.md"]


def test_every_parameter_of_the_service_has_its_row(service):
    page = build_page(read_service(service))
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(service["Parameters"])
    assert set(service["Parameters"]) <= set(ROWS)


def test_a_parameter_without_a_row_is_no_page(service):
    template = {**service, "Parameters": {"Unheard": {"Default": ""}}}
    with pytest.raises(KeyError, match="Unheard"):
        build_page(read_service(template))


def test_as_it_is_by_default_the_service_costs_nothing_while_it_is_idle(service):
    turned_on = {"MonitoringRegion", "DomainName", "Encryption"}
    counted = read_service(service)
    for name in service["Parameters"].keys() - turned_on:
        assert ROWS[name](counted).standing == ()
    for name in service["Parameters"].keys() & turned_on:
        # Their default turns them off.
        assert service["Parameters"][name]["Default"] in {"", "aws"}


def test_every_price_is_named_dated_and_marked_as_unverified(service):
    page = build_page(read_service(service))
    assert f"## Unit prices: unverified, {prices.AS_OF}" in page
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", prices.AS_OF)
    for price in prices.PRICES:
        assert f"| {price.name} | {price.dollars} | {price.per:,} |" in page
    named = {value for value in vars(prices).values() if isinstance(value, prices.Price)}
    assert named == set(prices.PRICES)


def test_the_prices_are_those_that_a_plan_counts_with():
    assert prices.AS_OF in exposure.__doc__
    assert float(prices.API_REQUEST.dollars) == exposure.USD_PER_MILLION_API_REQUESTS
    assert float(prices.FUNCTION_REQUEST.dollars) == exposure.USD_PER_MILLION_INVOCATIONS
    assert float(prices.FUNCTION_GB_SECOND.dollars) == exposure.USD_PER_GB_SECOND["arm64"]


def test_watching_costs_what_is_counted_in_the_template():
    counted = a_service(
        AWS__CloudWatch__Alarm=[{}] * 6,
        AWS__CloudWatch__CompositeAlarm=[{}],
        AWS__CloudWatch__Dashboard=[{}],
    )
    cost = ROWS["MonitoringRegion"](counted)
    # 6 alarms and a composite in each region, one dashboard in all.
    assert dollars(cost.standing) == Decimal("0.10") * 12 + Decimal("0.50") * 2 + 3
    # 3 metrics in each region, and 330 bytes more in 4 million lines.
    assert dollars(cost.by_use) == Decimal("0.30") * 6 + Decimal("0.50") * Decimal("1.32")


def test_a_domain_costs_its_health_checks_and_what_they_probe():
    counted = a_service(
        AWS__Route53__HealthCheck=[
            {"HealthCheckConfig": CHECK},
            {"HealthCheckConfig": {"Type": "CALCULATED"}},
        ],
        AWS__CertificateManager__Certificate=[{}],
        AWS__ApiGateway__DomainName=[{}, {}],
    )
    cost = ROWS["DomainName"](counted)
    probes = 2 * 3 * 2_592_000 / 16
    quantities = {item.price: item.quantity for item in cost.standing}
    assert quantities[prices.HEALTH_CHECK] == 4
    assert quantities[prices.HEALTH_CHECK_HTTPS] == 2
    assert (quantities[prices.CERTIFICATE], quantities[prices.DOMAIN_NAME]) == (2, 4)
    assert quantities[prices.API_REQUEST] == quantities[prices.FUNCTION_REQUEST] == probes
    assert cost.by_use == ()


@pytest.mark.parametrize(
    ("check", "times"),
    [
        (CHECK, 1),
        ({**CHECK, "RequestInterval": 10}, 3),
        ({"Type": "HTTPS"}, Decimal(8) / 3),
    ],
)
def test_probes_come_by_interval_and_from_every_region_that_is_not_left_out(check, times):
    def probes(config):
        counted = a_service(AWS__Route53__HealthCheck=[{"HealthCheckConfig": config}])
        standing = ROWS["DomainName"](counted).standing
        return next(item.quantity for item in standing if item.price == prices.API_REQUEST)

    assert probes(check) == pytest.approx(probes(CHECK) * times)


def test_a_key_of_ones_own_costs_in_every_region():
    cost = ROWS["Encryption"](a_service(AWS__KMS__Key=[{}]))
    assert dollars(cost.standing) == 2
    assert dollars(cost.by_use) == Decimal("0.06")


def test_of_few_requests_every_one_is_traced_and_of_many_a_second_and_a_twentieth(service):
    few = read_service_row(service, Month(regions=2, requests=1_000_000))
    many = read_service_row(service, Month(regions=2, requests=10_000_000))
    assert few == 1_000_000
    assert many == 2 * (2_592_000 + (5_000_000 - 2_592_000) / 20)


def read_service_row(service, month):
    """The traces in the row of what serving costs."""
    page = build_page(replace(read_service(service), month=month))
    (traces,) = re.findall(r"^\| \(serving\) .* ([\d,.]+) x X-Ray", page, re.MULTILINE)
    return float(traces.replace(",", ""))


def test_the_throttle_says_what_the_public_can_cost_at_most():
    most = 200 * 3 * 2_592_000 * 2
    requests = Decimal(most) * (Decimal("3.50") + Decimal("0.20")) / 1_000_000
    note = ROWS["ThrottlingRateLimit"](a_service(AWS__ApiGateway__Method=[{}, {}, {}])).note
    told = Decimal(re.search(r"\$([\d,.]+)", note)[1].replace(",", ""))
    # With compute, logs and traces it is more than the requests alone, and less than twice that.
    assert requests < told < 2 * requests


def test_a_longer_retention_costs_more_in_proportion():
    counted = a_service()
    longer = json.loads(json.dumps(counted.template))
    longer["Parameters"]["LogRetentionDays"]["Default"] = 180
    short, long = (
        dollars(ROWS["LogRetentionDays"](replace(counted, template=template)).by_use)
        for template in (counted.template, longer)
    )
    assert 0 < short * 2 == long


def test_a_line_is_as_long_as_is_counted(monkeypatch, capsys, resources):
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c")
    an_id = "3f9c1c0e-0000-4000-8000-000000000000"
    name = "StackSet-multi-region-service-prod-Function-AbCdEfGhIjKl"
    context = SimpleNamespace(
        invoked_function_arn=f"arn:aws:lambda:us-west-1:123456789012:function:{name}:live",
        function_version="7",
        aws_request_id=an_id,
    )
    event = {
        "httpMethod": "GET",
        "resource": "/myresource",
        "requestContext": {"requestId": an_id},
    }
    lengths = []
    for namespace in ("", "MultiRegionService"):
        monkeypatch.setenv("METRICS_NAMESPACE", namespace)
        index.handler(event, context)
        lengths.append(len(capsys.readouterr().out))
    month = Month()
    assert lengths[0] == pytest.approx(month.line_bytes, rel=0.1)
    assert lengths[1] - lengths[0] == pytest.approx(month.metrics_bytes, rel=0.1)
    (stage,) = resources["AWS::ApiGateway::Stage"].values()
    form = stage["Properties"]["AccessLogSetting"]["Fn::If"][1]["Format"]["Fn::Sub"]
    assert len(form) == pytest.approx(month.access_bytes, rel=0.2)
