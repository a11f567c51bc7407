"""Whom a change touches: printed before every one, with where each fact came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Message, Tone

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Identity


def header_message(
    deployment: Deployment, identity: Identity, *, file: Path | None = None
) -> Message:
    """Say account, alias, caller, home region and environment in one line; `file` is of several."""
    named = f" · {file}" if file else ""
    alias = f" ({identity.alias})" if identity.alias else ""
    caller = identity.arn.rsplit(":", 1)[-1]
    return Message(
        code="identity",
        lines=(
            Line(
                f"AWS account {identity.account}{alias} as {caller} · home region "
                f"{deployment.home_region} · environment {deployment.environment} "
                f"({deployment.environment_source}){named}",
                Tone.STRONG,
            ),
        ),
        data={
            "account": identity.account,
            "alias": identity.alias,
            "caller_arn": identity.arn,
            "home_region": deployment.home_region,
            "environment": deployment.environment,
            "environment_source": deployment.environment_source,
            "stack_set": deployment.name,
        },
    )
