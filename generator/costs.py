"""docs/costs.md: what each parameter of the service costs.

Counted, not claimed: how many alarms, keys or health checks there are is read off the rendered
template, what a month of use is stands in `Month`, and the prices have names in `prices.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from generator import prices
from generator.prices import Price
from generator.settings import SETTINGS, TARGET_REGIONS, Settings

_GB: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of use: what the third column counts with.

    Attributes:
        regions: where the service stands.
        requests: of callers, in all regions together.
        seconds: of 30 days.
        milliseconds: that Lambda bills for a request.
        line_bytes: a request's line in the function's log.
        metrics_bytes: what the handler's own metrics add to that line.
        access_bytes: a request's line in the access log.
        metrics: of the handler's own in a region: answers that are seen, and cold starts.
        pages: messages to an address.
        checkers: regions that Route 53 probes from where a health check names none.
        seconds_between_probes: of the several checkers in one such region, at an interval of 30 s.
        key_requests: to KMS in a region.
    """

    regions: int = len(TARGET_REGIONS)
    requests: int = 10_000_000
    seconds: int = 30 * 24 * 60 * 60
    milliseconds: int = 5
    line_bytes: int = 550
    metrics_bytes: int = 330
    access_bytes: int = 1000
    metrics: int = 3
    pages: int = 10
    checkers: int = 8
    seconds_between_probes: int = 16
    key_requests: int = 10_000


class Item(NamedTuple):
    """So many of what has a price."""

    quantity: Decimal | int
    price: Price

    def cost(self) -> Decimal:
        """In dollars."""
        return self.price.of(self.quantity)


class Cost(NamedTuple):
    """What a choice costs: as long as it stands, and by a month of use on top."""

    choice: str
    standing: tuple[Item, ...] = ()
    by_use: tuple[Item, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is counted: the template as it is rendered, and how it is used."""

    template: Mapping[str, Mapping[str, Mapping[str, object]]]
    month: Month
    settings: Settings

    def count(self, kind: str) -> int:
        """Resources of a type in one region."""
        return len(self.list_properties(kind))

    def list_properties(self, kind: str) -> list[Mapping[str, object]]:
        """The properties of each resource of a type."""
        found = self.template["Resources"].values()
        return [_mapping(each["Properties"]) for each in found if each["Type"] == kind]

    def read_default(self, parameter: str) -> Decimal:
        """The default of a parameter that is a number."""
        return Decimal(str(self.template["Parameters"][parameter]["Default"]))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _logged(requests: Decimal | int, line_bytes: int) -> Item:
    return Item(Decimal(requests) * line_bytes / _GB, prices.LOG_GB)


def _answered(service: Service, requests: Decimal | int) -> tuple[Item, ...]:
    """What each request costs, whoever sends it."""
    gb_seconds = Decimal(service.settings.memory_mb * service.month.milliseconds) / 1024 / 1000
    return (
        Item(requests, prices.API_REQUEST),
        Item(requests, prices.FUNCTION_REQUEST),
        Item(requests * gb_seconds, prices.FUNCTION_GB_SECOND),
    )


def _traced(month: Month, requests: Decimal | int) -> Item:
    """The first request of every second in each region and a twentieth of the rest are recorded."""
    in_a_region = Decimal(requests) / month.regions
    first = min(in_a_region, Decimal(month.seconds))
    return Item((first + (in_a_region - first) / 20) * month.regions, prices.TRACE)


def _served(service: Service, requests: Decimal | int) -> tuple[Item, ...]:
    """What each request of a caller costs: answered, logged by the function and traced."""
    lines = _logged(requests, service.month.line_bytes)
    return (*_answered(service, requests), lines, _traced(service.month, requests))


def _free(choice: str, note: str) -> Callable[[Service], Cost]:
    return lambda _service: Cost(choice, note=note)


def _throttling(service: Service) -> Cost:
    rate = service.read_default("ThrottlingRateLimit")
    methods = service.count("AWS::ApiGateway::Method")
    most = rate * methods * service.month.seconds * service.month.regions
    dollars = sum((item.cost() for item in _served(service, most)), Decimal())
    note = (
        f"bounds what the public can cost: {_dollars(dollars)} for {rate} a second to each "
        f"of {methods} methods all month, answered as usual; `stacksets plan` tells the worst, "
        "each until its timeout"
    )
    return Cost(str(rate), note=note)


def _api_logging(service: Service) -> Cost:
    month = service.month
    return Cost("on", by_use=(_logged(month.requests, month.access_bytes),))


def _retention(service: Service) -> Cost:
    """Once as many months have gone by as are kept."""
    month, days = service.month, service.read_default("LogRetentionDays")
    gb_a_month = Decimal(month.requests) * (month.line_bytes + month.access_bytes) / _GB
    kept = Item(gb_a_month * days / 30, prices.LOG_GB_MONTH)
    return Cost(str(days), by_use=(kept,), note="once the first lines are that old")


def _monitoring(service: Service) -> Cost:
    month = service.month
    standing = (
        Item(service.count("AWS::CloudWatch::Alarm") * month.regions, prices.ALARM),
        Item(
            service.count("AWS::CloudWatch::CompositeAlarm") * month.regions,
            prices.COMPOSITE_ALARM,
        ),
        Item(service.count("AWS::CloudWatch::Dashboard"), prices.DASHBOARD),
    )
    by_use = (
        Item(month.metrics * month.regions, prices.METRIC),
        _logged(month.requests, month.metrics_bytes),
    )
    return Cost("a region", standing, by_use)


def _alarm_email(service: Service) -> Cost:
    pages = Item(service.month.pages * service.month.regions, prices.MAIL)
    return Cost("an address", by_use=(pages,))


def _domain(service: Service) -> Cost:
    """Health checks are there and probe whether or not anybody calls."""
    month = service.month
    checks = [
        _mapping(properties["HealthCheckConfig"])
        for properties in service.list_properties("AWS::Route53::HealthCheck")
    ]
    probing = [check for check in checks if check["Type"] == "HTTPS"]
    probes = sum((_probes(month, check) for check in probing), Decimal()) * month.regions
    standing = (
        Item(len(checks) * month.regions, prices.HEALTH_CHECK),
        Item(len(probing) * month.regions, prices.HEALTH_CHECK_HTTPS),
        Item(
            service.count("AWS::CertificateManager::Certificate") * month.regions,
            prices.CERTIFICATE,
        ),
        Item(service.count("AWS::ApiGateway::DomainName") * month.regions, prices.DOMAIN_NAME),
        *_answered(service, probes),
        _logged(probes, month.access_bytes),
    )
    note = "the hosted zone is yours already; queries for aliases of APIs are free"
    return Cost("a name", standing, note=note)


def _probes(month: Month, check: Mapping[str, object]) -> Decimal:
    named = check.get("Regions")
    checkers = len(named) if isinstance(named, list) else month.checkers
    interval = Decimal(str(check.get("RequestInterval", 30))) / 30
    return Decimal(month.seconds * checkers) / month.seconds_between_probes / interval


def _encryption(service: Service) -> Cost:
    keys = service.count("AWS::KMS::Key") * service.month.regions
    requests = service.month.key_requests * service.month.regions
    standing = (Item(keys, prices.KEY),)
    note = "each of the first two yearly rotations adds the price of the key again"
    return Cost("customer", standing, (Item(requests, prices.KEY_REQUEST),), note)


# By the parameter's name; a parameter without a row is a KeyError.
ROWS: Final[Mapping[str, Callable[[Service], Cost]]] = {
    "EnvironmentSuffix": _free("any", "a tag"),
    "Repository": _free("any", "a tag"),
    "Author": _free("any", "a tag"),
    "ThrottlingRateLimit": _throttling,
    "ApiLogging": _api_logging,
    "LogRetentionDays": _retention,
    "PermissionsBoundaryArn": _free("a policy", "policies are free"),
    "DomainName": _domain,
    "HostedZoneId": _free("a zone", "counted with DomainName"),
    "TrafficState": _free("any", "a threshold of the health checks that DomainName counts"),
    "Callers": _free("iam", "API Gateway refuses: a refused request is free"),
    "AllowedNetworks": _free("networks", "the function refuses: a refused request costs as others"),
    "Encryption": _encryption,
    "MonitoringRegion": _monitoring,
    "AlarmEmail": _alarm_email,
}


def build_page(service: Service) -> str:
    """The whole page.

    Raises:
        KeyError: a parameter of the template has no row.
    """
    costs = {name: ROWS[name](service) for name in service.template["Parameters"]}
    serving = Cost("always", by_use=_served(service, service.month.requests))
    rows = [_row("(serving)", serving)]
    rows += [_row(f"`{name}`", cost) for name, cost in costs.items()]
    listed = [f"| {price.name} | {price.dollars} | {price.per:,} |" for price in prices.PRICES]
    month = service.month
    introduction = _INTRODUCTION.format(
        regions=month.regions, requests=month.requests, as_of=prices.AS_OF
    )
    return introduction + "\n".join(
        [
            *rows,
            *("", f"## Unit prices: unverified, {prices.AS_OF}", ""),
            *("| price of | $ | for |", "|---|---|---|"),
            *listed,
            "",
        ]
    )


_INTRODUCTION: Final = """\
# What each parameter costs

Written by `make template` from the rendered template; edits are lost.

Dollars a month, {regions} regions together: **idle**, as long as it stands and nobody calls; **used**, with
{requests:,} requests of callers in all. List prices of US East without free tier, **unverified**, as of
{as_of}; us-west-1 is dearer. Each row is what its choice adds to those above it.

| parameter | if it is | idle | used | made of |
|---|---|---|---|---|
"""  # noqa: E501 - a document's lines


def _row(name: str, cost: Cost) -> str:
    idle = sum((item.cost() for item in cost.standing), Decimal())
    used = idle + sum((item.cost() for item in cost.by_use), Decimal())
    items = [_spelled(item) for item in (*cost.standing, *cost.by_use) if item.quantity]
    made_of = "; ".join([" + ".join(items)] * bool(items) + [cost.note] * bool(cost.note))
    return f"| {name} | {cost.choice} | {_dollars(idle)} | {_dollars(used)} | {made_of} |"


def _spelled(item: Item) -> str:
    return f"{_amount(item.quantity)} x {item.price.name} ({_dollars(item.cost())})"


def _amount(quantity: Decimal | int) -> str:
    return f"{quantity:,.2f}".removesuffix(".00")


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def read_service(template: Mapping[str, Any]) -> Service:
    """The service as it is rendered, used as `Month` has it."""
    return Service(template=template, month=Month(), settings=SETTINGS)
