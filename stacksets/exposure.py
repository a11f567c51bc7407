"""What a template offers to everybody, and what the worst month of that would cost.

Every figure follows from the constants below: list prices, us-east-1, unverified, 2026-11.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacksets.model.desired import KeptValue
from stacksets.model.layers import OverrideLayers
from stacksets.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import Deployment

USD_PER_MILLION_API_REQUESTS = 3.50
"""API Gateway REST, first 333 million a month. List price, us-east-1, unverified, 2026-11."""
USD_PER_MILLION_INVOCATIONS = 0.20
"""Lambda requests. List price, us-east-1, unverified, 2026-11."""
USD_PER_GB_SECOND: Mapping[str, float] = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
"""Lambda duration, first tier. List price, us-east-1, unverified, 2026-11."""
ACCOUNT_REQUESTS_PER_SECOND = 10_000
"""API Gateway's own limit per account and region, where no stage throttle is set (its quotas)."""
SECONDS_PER_MONTH = 31 * 24 * 3600
COUNTED = (
    "every request that the throttle lets through to each public method for 31 days: API Gateway, "
    "Lambda requests, and Lambda's memory for its whole timeout; not counted: logs, traces, data "
    "transfer, free tier"
)

_LAMBDA_MEMORY_MB = 128
_LAMBDA_TIMEOUT_SECONDS = 3
_MB_PER_GB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMethod:
    """A method of a REST API that anybody may call: no authorizer stands before it.

    Resource policies and private endpoints, which may still keep people out, are not looked at.
    """

    http_method: str
    path: str

    def __str__(self) -> str:
        return f"{self.http_method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The public methods of a deployment, the worst month of all its instances, and its basis."""

    methods: tuple[PublicMethod, ...]
    worst_month_usd: float
    counted: str = COUNTED


def find_exposure(deployment: Deployment) -> Exposure | None:
    """Give what the deployment offers to everybody, None where that is nothing.

    Raises:
        TemplateError: as `resolve` does.
    """
    content = deployment.template.content
    methods: dict[PublicMethod, None] = {}
    usd = 0.0
    for (region, values), number in _count_alike(deployment).items():
        parameters = dict(values)
        methods |= dict.fromkeys(find_public_methods(content, parameters, region=region))
        usd += number * worst_month_usd(content, parameters, region=region)
    return Exposure(methods=tuple(methods), worst_month_usd=usd) if methods else None


def find_public_methods(
    content: Mapping[str, object], parameters: Mapping[str, str], *, region: str = "us-east-1"
) -> tuple[PublicMethod, ...]:
    """List the REST methods without authorization, MOCK ones left out: those answer by themselves.

    Raises:
        TemplateError: as `resolve` does.
    """
    resources = _resolved_resources(content, parameters, region)
    methods = (_public_method(properties, resources) for properties in _public(resources))
    return tuple(dict.fromkeys(methods))


def worst_month_usd(
    content: Mapping[str, object], parameters: Mapping[str, str], *, region: str = "us-east-1"
) -> float:
    """Give the dollars of one stack instance's worst month; `COUNTED` says what is in it.

    Raises:
        TemplateError: as `resolve` does.
    """
    resources = _resolved_resources(content, parameters, region)
    public = Counter(str(one.get("RestApiId")) for one in _public(resources))
    if not public:
        return 0.0
    rates = [
        _requests_per_second(one) * public[str(one.get("RestApiId"))]
        for one in _of_type(resources, "AWS::ApiGateway::Stage")
    ]
    rate = min(sum(rates), ACCOUNT_REQUESTS_PER_SECOND) if rates else ACCOUNT_REQUESTS_PER_SECOND
    per_million = USD_PER_MILLION_API_REQUESTS + _dearest_invocation(resources)
    return rate * SECONDS_PER_MONTH / 1_000_000 * per_million


def _count_alike(deployment: Deployment) -> Counter[tuple[str, tuple[tuple[str, str], ...]]]:
    """Count the instances by region and parameters: accounts differ in nothing that is priced."""
    values = {
        name: value.fallback if isinstance(value, KeptValue) else value
        for name, value in deployment.parameters.items()
    }
    layers = OverrideLayers(deployment.overrides)
    return Counter(
        (str(key.region), tuple((values | layers.values_at(key)).items()))
        for key in deployment.instance_keys()
    )


def _resolved_resources(
    content: Mapping[str, object], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    # No account bears on what is public: any twelve digits do.
    # StackSets names its stacks so, with an id behind it that nobody knows beforehand.
    resolved = resolve(
        content,
        parameters=parameters,
        account="0" * 12,
        region=region,
        stack_name="StackSet",
    )
    resources = resolved.get("Resources")
    return resources if isinstance(resources, dict) else {}


def _of_type(resources: Mapping[str, Any], resource_type: str) -> Iterator[Mapping[str, Any]]:
    for resource in resources.values():
        if isinstance(resource, Mapping) and resource.get("Type") == resource_type:
            yield _mapping(resource.get("Properties"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object, default: float) -> float:
    """Read a number; what only AWS can resolve counts as the default."""
    try:
        return float(str(value))
    except ValueError:
        return default


def _public(resources: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for properties in _of_type(resources, "AWS::ApiGateway::Method"):
        open_to_all = properties.get("AuthorizationType", "NONE") == "NONE"
        if open_to_all and _mapping(properties.get("Integration")).get("Type") != "MOCK":
            yield properties


def _public_method(properties: Mapping[str, Any], resources: Mapping[str, Any]) -> PublicMethod:
    path = "/".join(reversed([*_path_parts(properties.get("ResourceId"), resources)]))
    return PublicMethod(http_method=str(properties.get("HttpMethod", "ANY")), path=f"/{path}")


def _path_parts(reference: object, resources: Mapping[str, Any]) -> Iterator[str]:
    """Climb from a resource to the root; each is followed once, so that no circle holds us."""
    left = dict(resources)
    while isinstance(reference, Mapping) and "Ref" in reference:
        properties = _mapping(_mapping(left.pop(reference["Ref"], None)).get("Properties"))
        yield str(properties.get("PathPart", "…"))
        reference = properties.get("ParentId")


def _requests_per_second(stage: Mapping[str, Any]) -> float:
    """Give the highest throttle of a stage; each of its methods may have one of its own.

    It bounds every method by itself, and not the stage (API Gateway developer guide, "Throttle
    requests to your REST APIs"). A method ANY counts as one: whether AWS has a bucket for each verb
    of it is said nowhere.
    """
    settings = [_mapping(one) for one in stage.get("MethodSettings") or ()]
    rates = [
        _number(one["ThrottlingRateLimit"], ACCOUNT_REQUESTS_PER_SECOND)
        for one in settings
        if "ThrottlingRateLimit" in one
    ]
    return max(rates, default=ACCOUNT_REQUESTS_PER_SECOND)


def _dearest_invocation(resources: Mapping[str, Any]) -> float:
    """Give the dollars of a million calls of the dearest function, each until its timeout."""
    functions = _of_type(resources, "AWS::Lambda::Function")
    return max((_million_invocations(function) for function in functions), default=0.0)


def _million_invocations(function: Mapping[str, Any]) -> float:
    gigabytes = _number(function.get("MemorySize"), _LAMBDA_MEMORY_MB) / _MB_PER_GB
    seconds = _number(function.get("Timeout"), _LAMBDA_TIMEOUT_SECONDS)
    on_arm = "arm64" in (function.get("Architectures") or ())
    per_second = USD_PER_GB_SECOND["arm64" if on_arm else "x86_64"]
    return USD_PER_MILLION_INVOCATIONS + gigabytes * seconds * per_second * 1_000_000
