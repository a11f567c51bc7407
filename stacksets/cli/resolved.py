"""The command that writes what an auditor reads: each template as each stack instance has it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stacksets.bootstrap.known import place_parameters
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.prepare import RESOLVE
from stacksets.cli.options import session_command
from stacksets.cli.stages import load
from stacksets.definition import settle_definition
from stacksets.errors import InputError
from stacksets.load import load_deployment
from stacksets.model.desired import AccountId, InstanceKey, KeptValue
from stacksets.parameter_values import declared_parameters
from stacksets.report.resolved import resolved_result
from stacksets.resolve import refuse_odd_entries
from stacksets.resolve import resolve as resolve_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.cli.session import Session
    from stacksets.model.desired import Bootstrap, Deployment, Template
    from stacksets.report.message import Result

NOBODY = AccountId("000000000000")
"""Stands for "self" where no credentials are asked for."""

_PARTITION = "aws"
_GATEWAY_ROLE = "ApiGatewayAccountRole"


@click.command(
    cls=ManualCommand,
    manual=RESOLVE,
    short_help="Write each template as each stack instance has it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/resolved"),
    show_default=True,
    help="The folder to write to.",
)
@click.option(
    "--all-environments",
    is_flag=True,
    help="Every environment of the file; else the one of --environment.",
)
@session_command
def resolve(session: Session, *, out: Path, all_environments: bool) -> Result:
    """Write each template as each stack instance has it: conditions, parameters, region filled in.

    For an auditor, and for checks of what each region really gets. Calls no AWS and needs no
    credentials, so that organizational units have no views: AWS alone knows their accounts. Files
    that are there already are written over, others are left.
    """
    names, skipped = _environments(session) if all_environments else ((), ())
    flags = session.flags
    deployments = [
        load_deployment(flags.file, environment=name, environ=session.world.environ)
        for name in names
    ] or [load(session)]
    files = [
        _write(out / one.environment / name, view)
        for one in deployments
        for name, view in _views(one)
    ]
    units = dict.fromkeys(
        unit for one in deployments for group in one.targets for unit in group.organizational_units
    )
    return resolved_result(str(out), files, skipped, tuple(units), session.record.data())


def _environments(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the file's environments, and those that are patterns; a bad file is told by loading."""
    load(session)
    tables = tomllib.loads(session.flags.file.read_text(encoding="utf-8")).get("environments", {})
    patterns = {name for name in tables if set(name) & set("*?[")}
    return tuple(one for one in tables if one not in patterns), tuple(sorted(patterns))


def _views(deployment: Deployment) -> Iterator[tuple[str, dict[str, object]]]:
    bound = deployment.bound_to(deployment.admin_account or NOBODY)
    parameters = settle_definition(bound, None).parameters
    for key in bound.instance_keys():
        given = {**parameters, **bound.overrides_of(key)}
        yield _view(bound.template, key, given, None)
    if bound.bootstrap:
        yield from _bootstrap_views(bound, bound.bootstrap)


def _bootstrap_views(
    deployment: Deployment, bootstrap: Bootstrap
) -> Iterator[tuple[str, dict[str, object]]]:
    """View the bootstrap where its stacks stand: in every account, home region first."""
    home, admin = deployment.home_region, deployment.admin_account or NOBODY
    wanted, targets = set(deployment.instance_keys()), deployment.accounts()
    for account in dict.fromkeys((admin, *targets)):
        for region in dict.fromkeys((home, *deployment.regions())):
            key = InstanceKey(account, region)
            known = {
                **place_parameters(deployment, admin, partition=_PARTITION),
                _GATEWAY_ROLE: "create" if key in wanted else "leave",
            }
            declared = declared_parameters(bootstrap.template.content)
            given = {name: value for name, value in known.items() if name in declared}
            settled = {
                name: value.fallback if isinstance(value, KeptValue) else value
                for name, value in bootstrap.parameters.items()
            }
            yield _view(bootstrap.template, key, {**given, **settled}, bootstrap.stack_name)


def _view(
    template: Template, key: InstanceKey, parameters: Mapping[str, str], stack_name: str | None
) -> tuple[str, dict[str, object]]:
    refuse_odd_entries(template.content)
    view = resolve_template(
        template.content,
        parameters=parameters,
        account=key.account,
        region=key.region,
        stack_name=stack_name,
    )
    return f"{Path(template.path).stem}.{key.account}.{key.region}.json", view


def _write(path: Path, view: Mapping[str, object]) -> str:
    text = json.dumps(view, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}", hint="--out names another folder"
        ) from error
    return str(path)
