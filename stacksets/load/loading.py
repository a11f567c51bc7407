"""The way from the file to the deployment, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from stacksets.errors import DeploymentFileError, TemplateError
from stacksets.load.building import (
    build_bootstrap,
    build_overrides,
    build_preferences,
    build_smoke,
    build_stack_set,
    build_targets,
    build_traffic,
    build_values,
)
from stacksets.load.environments import (
    DEFAULT_ENVIRONMENT,
    Environment,
    choose_environment,
    lay_over,
)
from stacksets.load.organization import find_organization_misfits
from stacksets.load.placeholders import find_wrong_placeholders, read_placeholders
from stacksets.load.places import Misfit, find_origin
from stacksets.load.reading import read_document, read_template
from stacksets.load.required import find_missing
from stacksets.load.shape import find_misshapen, read_tables
from stacksets.load.targets import find_target_misfits
from stacksets.load.traffic import find_traffic_misfits
from stacksets.load.values import find_informational_misfits, find_value_misfits
from stacksets.model.desired import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from stacksets.errors import Problem
    from stacksets.load.file import BootstrapTable, StackSetTable, Tables
    from stacksets.load.placeholders import Placeholders
    from stacksets.load.places import Path as KeyPath
    from stacksets.model.desired import Template


_MENDING = "mend that and run it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """The environment laid over the base: as the file has it, and read; and the templates."""

    raw: Mapping[str, Any]
    tables: Tables
    left_out: frozenset[KeyPath]
    template: Template | None
    bootstrap_template: Template | None
    misfits: tuple[Misfit, ...]

    def lacks(self, *path: str | int) -> bool:
        """Tell whether something at, above or below a path was left out of the tables."""
        return any(out[: len(path)] == path[: len(out)] for out in self.left_out)


def load_deployment(
    path: Path, *, environment: str | None, environ: Mapping[str, str]
) -> Deployment:
    """Load a deployment file for an environment.

    Args:
        path: the deployment file; templates are named relative to it.
        environment: what `--environment` says; None leaves it to ENVIRONMENT_SUFFIX, else dev.
        environ: ENVIRONMENT_SUFFIX, REPOSITORY and COMMIT_AUTHOR are read from it.

    Raises:
        DeploymentFileError: the file cannot be read or has problems, or does not know the
            environment: all that is wrong is in it.
    """
    document = read_document(path)
    tables = _environment_tables(document.content)
    chosen = choose_environment(tables, asked=environment, environ=environ)
    # A name that cannot be is told once, not again in every string that would hold it.
    named = DEFAULT_ENVIRONMENT if chosen.problem else chosen.name
    placeholders = read_placeholders(named, environ)
    misfits = _find_misfits(document.content, placeholders)
    problems = [misfit.to_problem() for misfit in misfits]
    if chosen.problem and tables:
        # Whatever the base lacks may well stand in the environment that was meant.
        _refuse_environment(path, chosen, chosen.problem, problems)
    laid = _lay(document.content, chosen, placeholders, path.parent)
    for misfit in _find_unfitting(laid, chosen):
        origin = find_origin(chosen.tables, chosen.key, misfit.path)
        problems.append(misfit.to_problem(origin))
    if chosen.problem:
        _refuse_environment(path, chosen, chosen.problem, problems)
    template, stack_set = laid.template, laid.tables.stack_set
    if problems or template is None or stack_set is None:
        _refuse(path, problems)
    return Deployment(
        path=str(path),
        sha256=document.sha256,
        environment=chosen.name,
        environment_source=chosen.source,
        template=template,
        **build_stack_set(stack_set, build_values(laid.raw["stack_set"], placeholders)),
        **_build_other_tables(laid, placeholders),
    )


def _environment_tables(content: Mapping[str, Any]) -> dict[str, Any]:
    tables = content.get("environments")
    return tables if isinstance(tables, dict) else {}


def _find_misfits(content: Mapping[str, Any], placeholders: Placeholders) -> list[Misfit]:
    """Look at every string and every table of the file, those of other environments too."""
    wrong = list(find_wrong_placeholders(content))
    told = {misfit.path for misfit in wrong}
    shape = find_misshapen(placeholders.fill_all(content))
    return [*wrong, *(misfit for misfit in shape if misfit.path not in told)]


def _lay(
    content: Mapping[str, Any], chosen: Environment, placeholders: Placeholders, folder: Path
) -> _Laid:
    base = {key: value for key, value in content.items() if key != "environments"}
    raw = lay_over(base, chosen.tables)
    tables, left_out = read_tables(placeholders.fill_all(raw))
    wrong = {misfit.path for misfit in find_wrong_placeholders(raw)}
    misfits: list[Misfit] = []
    template = _template(folder, "stack_set", tables.stack_set, misfits)
    bootstrap_template = _template(folder, "bootstrap", tables.bootstrap, misfits)
    return _Laid(
        raw=raw,
        tables=tables,
        left_out=left_out | wrong,
        template=template,
        bootstrap_template=bootstrap_template,
        misfits=tuple(misfits),
    )


def _template(
    folder: Path,
    name: str,
    table: StackSetTable | BootstrapTable | None,
    misfits: list[Misfit],
) -> Template | None:
    if table is None or table.template is None:
        return None
    try:
        return read_template(folder / table.template)
    except TemplateError as error:
        misfits.append(Misfit(path=(name, "template"), what=error.message, hint=error.hint))
        return None


def _find_unfitting(laid: _Laid, chosen: Environment) -> Iterator[Misfit]:
    """List what does not fit, without what only follows from a misfit that is told already."""
    found = [
        *laid.misfits,
        *find_missing(laid.tables, environment=chosen.name),
        *find_value_misfits(laid.tables, laid.template, laid.bootstrap_template),
        *find_traffic_misfits(laid.tables, laid.template),
    ]
    if not laid.lacks("targets"):
        found += find_target_misfits(laid.tables)
    if not laid.lacks("targets") and not laid.lacks("stack_set"):
        found += find_organization_misfits(laid.tables)
    if not laid.lacks("stack_set", "parameters") and not laid.lacks("stack_set", "tags"):
        found += find_informational_misfits(laid.tables)
    return (misfit for misfit in found if not laid.lacks(*misfit.path))


def _refuse_environment(
    path: Path, chosen: Environment, problem: Problem, others: list[Problem]
) -> NoReturn:
    """Blame the flag or variable that names the environment, not the file."""
    if not chosen.is_asked_for:
        _refuse(path, [problem, *others])
    told = tuple(dict.fromkeys(others))
    count = f", and {path} has {_count(told)}" if told else ""
    raise DeploymentFileError(
        f"{chosen.source} is wrong{count}", hint=_MENDING, problems=(problem, *told)
    )


def _refuse(path: Path, problems: list[Problem]) -> NoReturn:
    told = tuple(dict.fromkeys(problems))
    raise DeploymentFileError(f"{path} has {_count(told)}", hint=_MENDING, problems=told)


def _count(told: tuple[Problem, ...]) -> str:
    return "a problem" if len(told) == 1 else f"{len(told)} problems"


def _build_other_tables(laid: _Laid, placeholders: Placeholders) -> dict[str, Any]:
    tables = laid.tables
    values = build_values(laid.raw.get("bootstrap", {}), placeholders)
    stack_set_tags = build_values(laid.raw["stack_set"], placeholders)["tags"]
    return {
        "targets": build_targets(tables.targets or ()),
        "overrides": build_overrides(tables.overrides or ()),
        "operation_preferences": build_preferences(tables.operation_preferences),
        "bootstrap": build_bootstrap(
            tables.bootstrap, laid.bootstrap_template, values, stack_set_tags
        ),
        "smoke": build_smoke(tables.smoke),
        "traffic": build_traffic(tables.traffic),
    }
