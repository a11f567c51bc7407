"""Both regions side by side, on one dashboard that one region makes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from troposphere import Sub
from troposphere.cloudwatch import Dashboard

from generator.metadata import context, tags
from generator.service.conditions import MAKES_DASHBOARD
from generator.service.parameters import Parameters
from generator.settings import API_NAME, METRICS_NAMESPACE, STAGE_NAME, TARGET_REGIONS

_FULL_WIDTH: Final = 24
_RIGHT: Final = {"yAxis": "right"}

_Metric = list[str | dict[str, str]]


def build_dashboard(parameters: Parameters, regions: Sequence[str] = TARGET_REGIONS) -> Dashboard:
    """A column for each region: above what callers see, below what the function does.

    Nothing is found by a physical name, for the stack of one region does not know what another's
    function is called.

    Args:
        parameters: the parameters of the service.
        regions: where the stacks stand; a constant of the render, for no stack knows its peers.
    """
    environment = f"${{{parameters.environment_suffix.title}}}"
    titles = {
        "ApiMetrics": "requests, errors, ms",
        "FunctionMetrics": f"answers of {environment}, the account's concurrency",
    }
    metrics: dict[str, Any] = {
        "ApiMetrics": _compact(_api()),
        "FunctionMetrics": Sub(_compact(_function(environment))),
    }
    # Without positions CloudWatch fills rows from left to right (CloudWatch API reference,
    # "Dashboard body structure and syntax").
    widgets = [
        _widget(region, _FULL_WIDTH // len(regions), title, name)
        for name, title in titles.items()
        for region in regions
    ]
    return Dashboard(
        "Dashboard",
        Metadata=context(
            "The regions side by side. Dashboards are global: one region makes it, without a name."
        ),
        Condition=MAKES_DASHBOARD,
        DashboardBody=Sub(_filled_in(_compact({"widgets": widgets}), metrics), **metrics),
        Tags=tags(parameters),
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _filled_in(body: str, names: Iterable[str]) -> str:
    """JSON whose strings of these names become what is filled in there: the regions share it."""
    for name in names:
        body = body.replace(f'"{name}"', f"${{{name}}}")
    return body


def _widget(region: str, width: int, title: str, metrics: str) -> dict[str, object]:
    properties = {
        "title": f"{region}: {title}",
        "region": region,
        "period": 60,
        "stat": "Sum",
        "metrics": metrics,
    }
    return {"type": "metric", "width": width, "properties": properties}


def _api() -> list[_Metric]:
    """A "." repeats what stands above it."""
    return [
        ["AWS/ApiGateway", "Count", "ApiName", API_NAME, "Stage", STAGE_NAME],
        [".", "4XXError", ".", ".", ".", "."],
        [".", "5XXError", ".", ".", ".", "."],
        [".", "Latency", ".", ".", ".", ".", {"stat": "p99", **_RIGHT}],
    ]


def _function(environment: str) -> list[_Metric]:
    """The handler's own metrics, which alone tell environments apart, and the concurrency.

    That one is the account's in the region: its functions share it.
    """
    search = f'{{{METRICS_NAMESPACE},code,env,route}} env="{environment}"'
    return [
        [{"expression": f"SEARCH('{search}','Sum',60)"}],
        [METRICS_NAMESPACE, "ColdStarts", "env", environment],
        ["AWS/Lambda", "Throttles"],
        [".", "ConcurrentExecutions", {"stat": "Maximum", **_RIGHT}],
    ]
