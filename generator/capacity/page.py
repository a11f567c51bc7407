"""docs/capacity.md: the needs of the defaults, and of other loads."""

from typing import Final

from generator.capacity.needs import (
    AS_OF,
    COLD_MS,
    CONCURRENCY,
    CONCURRENCY_OF_NEW_ACCOUNTS,
    ENVIRONMENTS_IN_10_S,
    MB_PER_PROCESSOR,
    MEASURED,
    REQUESTS_PER_CONCURRENCY,
    WARM_MS,
    WHOLE_LOAD,
    Service,
    at_work,
    cold_concurrency,
    list_needs,
    rate_for,
    scale,
    warm_concurrency,
)

# Loads that the page says the needs of.
LOADS: Final = (10, WHOLE_LOAD, 500, 1_000, 3_000)


def build_page(service: Service) -> str:
    """The whole page."""
    rows = [
        f"| {need.title} | {need.counted} | {need.needs:,} | {need.has:,} |"
        for need in list_needs(service)
    ]
    return _PAGE.format(
        service=service,
        measured=MEASURED,
        warm_scaled=scale(MEASURED.warm_p99, service.memory_mb),
        cold_scaled=scale(MEASURED.cold, service.memory_mb),
        as_of=AS_OF,
        load=WHOLE_LOAD,
        share=WHOLE_LOAD // 2,
        quota=CONCURRENCY,
        scaling=ENVIRONMENTS_IN_10_S,
        new=CONCURRENCY_OF_NEW_ACCOUNTS,
        new_warm=CONCURRENCY_OF_NEW_ACCOUNTS * min(1_000 // WARM_MS, REQUESTS_PER_CONCURRENCY),
        new_cold=CONCURRENCY_OF_NEW_ACCOUNTS * 1_000 // COLD_MS,
        warm_ms=WARM_MS,
        cold_ms=COLD_MS,
        full_mb=MB_PER_PROCESSOR,
        slowest=(CONCURRENCY - service.all_burst) / service.all_rate,
        slowest_takes=at_work(service.all_rate, service.timeout_s * 1_000),
        needs="\n".join(rows),
        loads="\n".join(_row_for(service, load) for load in LOADS),
    )


def _row_for(service: Service, load: int) -> str:
    rate = rate_for(load)
    all_rate = rate * service.methods
    figures = (
        rate,
        warm_concurrency(all_rate),
        cold_concurrency(all_rate, all_rate),
        at_work(all_rate, service.timeout_s * 1_000),
    )
    return f"| {load:,} | " + " | ".join(f"{one:,}" for one in figures) + " |"


_PAGE: Final = """\
# How much a region has to carry

Written by `make template` from the rendered template and `generator/capacity/needs.py`; edits are lost.

With two regions each carries about half, until one is lost or drained: **then the other carries the whole load alone**.
What follows is for that hour, and is to be had in *each* region beforehand: quotas are granted a region at a time, and
nobody grants one in the minutes of a failover.

## What was measured, and what is planned with

The handler alone, in process, in milliseconds of a processor (`make bench`, "handler_calls"; Python {measured.python},
{as_of}). At {service.memory_mb} MB Lambda gives it {service.memory_mb} / {full_mb:,} of one, so it takes as much longer:

| | measured | at {service.memory_mb} MB | planned |
|---|---|---|---|
| warm, half of the calls | {measured.warm_p50} | | |
| warm, all but 1 in 100 | {measured.warm_p99} | {warm_scaled} | {warm_ms} |
| cold: import and first call | {measured.cold:g} | {cold_scaled} | {cold_ms:,} |

The rest of what is planned is for what only AWS can show: starting an environment, Lambda's runtime, tracing. **It has
not been measured on AWS**; compare `Duration` and `InitDuration` of your function with the last column. `make bench` also
loads the local AWS; its requests a second are this machine's and no figure here follows from them.

## What the defaults carry: {load} requests a second, in one region

That is {share} in each of two, all callers together. Concurrency is what arrives in a second times the seconds that each
takes (Little's law). Quotas are AWS's defaults, **unverified, {as_of}**.

| one region needs | counted | needs | has |
|---|---|---|---|
{needs}

- The stage's throttle bounds each method by itself: {service.rate} a second to /myresource and as many to /health, which is
  open to everybody, so {service.all_rate} in all. (Whether AWS counts the verbs of a method ANY apart, as if each were one, is said
  nowhere; then it would be seven times that. **Unverified.**)
- Should something slow the function down until every request takes its {service.timeout_s} s, these take {slowest_takes:,} of Lambda's
  {quota:,}; with a burst on top the {quota:,} are enough for {slowest:g} s each. What comes beyond is refused by Lambda, which
  callers see as a 5XX. Without the throttle there would be no such bound.
- A higher ThrottlingRateLimit alone is therefore no capacity: ask for the concurrency first. `make template`
  and the tests refuse defaults that the {quota:,} do not carry.
- The {quota:,} belong to everything in the account and region: other functions, and other environments of this service, take of
  the same. No concurrency is reserved for ours: that must leave 100 to the rest, so that a stack with it fails where the
  quota is small, and it caps us as well.
- **New accounts often have {new}.** That is {new_warm} requests a second at most while all is warm, and {new_cold} while environments are new:
  neither carries {load}. What an account has:

```
aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions --region us-west-1
```

## What to set for another load

In each region. ThrottlingRateLimit stands in `[stack_set.parameters]`; it is the burst as well. The quota is Lambda's
"Concurrent executions" (Service Quotas, L-B99A9384): ask for the last column, or for the one before it if you would
rather refuse callers than wait for something slow. Where "new" is above {scaling:,} no quota helps against a load that comes
from one moment to the next: Lambda starts no more environments of a function in 10 s.

| requests a second, all regions together | ThrottlingRateLimit | concurrency, warm | new | until the timeout |
|---|---|---|---|---|
{loads}
"""  # noqa: E501 - a document's lines
