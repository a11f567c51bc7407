"""Whether parameters, tags and outputs fit the template and AWS's limits.

Limits: CloudFormation user guide, cloudformation-limits; API reference, Tag and Parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.load.places import Misfit, tell_nearest
from stacksets.parameter_values import no_echo_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from stacksets.load.file import SmokeTable, Tables
    from stacksets.load.places import Path
    from stacksets.model.desired import Template

MAX_TEMPLATE_BYTES = 51_200
"""What a call takes as TemplateBody."""
MAX_TAGS = 50
MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256
MAX_PARAMETER_BYTES = 4096


def find_value_misfits(
    tables: Tables, template: Template | None, bootstrap: Template | None
) -> Iterator[Misfit]:
    """List what the templates do not declare or lack, and what is too long or too many."""
    if template:
        yield from _stack_set_misfits(tables, template)
    if bootstrap:
        given = (tables.bootstrap and tables.bootstrap.parameters) or {}
        yield from _too_big(("bootstrap", "template"), bootstrap)
        yield from _undeclared(
            ("bootstrap", "parameters"), given, _section(bootstrap, "Parameters")
        )
    for path, values in _value_tables(tables):
        yield from _too_long_parameters(path, values)
    for name in ("stack_set", "bootstrap"):
        yield from _tag_misfits((name, "tags"), getattr(getattr(tables, name), "tags", None) or {})


def _stack_set_misfits(tables: Tables, template: Template) -> Iterator[Misfit]:
    declared = _section(template, "Parameters")
    yield from _too_big(("stack_set", "template"), template)
    for path, values in _value_tables(tables):
        if path[0] != "bootstrap":
            yield from _undeclared(path, values, declared)
    given = (tables.stack_set and tables.stack_set.parameters) or {}
    for name, spec in declared.items():
        if name not in given and not (isinstance(spec, dict) and "Default" in spec):
            yield Misfit(
                path=("stack_set", "parameters", name),
                what="is missing: the template declares it without a default",
            )
    unique = (tables.stack_set and tables.stack_set.unique_across_accounts) or []
    for index, name in enumerate(unique):
        yield from _undeclared_name(("stack_set", "unique_across_accounts", index), name, declared)
    if tables.smoke:
        yield from _smoke_misfits(tables.smoke, template)


def _smoke_misfits(smoke: SmokeTable, template: Template) -> Iterator[Misfit]:
    declared, outputs = _section(template, "Parameters"), _section(template, "Outputs")
    where = smoke.sign_where or {}
    if smoke.output and smoke.output not in outputs:
        yield Misfit(
            path=("smoke", "output"),
            what=f'"{smoke.output}" is no output of the template',
            hint=tell_nearest(smoke.output, tuple(outputs)),
        )
    yield from _undeclared(("smoke", "sign_where"), where, declared)
    for name in sorted(where.keys() & no_echo_parameters(template.content)):
        yield Misfit(
            path=("smoke", "sign_where", name), what="is NoEcho: nobody could see its value"
        )
    if where and smoke.sign is None:
        yield Misfit(
            path=("smoke", "sign_where"),
            what="says where requests are signed, and nothing says for which service",
            hint='sign = "execute-api" is API Gateway',
        )


def _value_tables(tables: Tables) -> Iterator[tuple[Path, Mapping[str, str]]]:
    if tables.stack_set:
        yield ("stack_set", "parameters"), tables.stack_set.parameters or {}
    if tables.bootstrap:
        yield ("bootstrap", "parameters"), tables.bootstrap.parameters or {}
    for index, override in enumerate(tables.overrides or ()):
        yield ("overrides", index, "parameters"), override.parameters or {}


def _section(template: Template, name: str) -> dict[str, object]:
    section = template.content.get(name)
    return section if isinstance(section, dict) else {}


def _too_big(path: Path, template: Template) -> Iterator[Misfit]:
    size = len(template.body.encode())
    if size > MAX_TEMPLATE_BYTES:
        yield Misfit(
            path=path,
            what=f"has {size:,} bytes",
            hint=f"at most {MAX_TEMPLATE_BYTES:,} can be sent",
        )


def _undeclared(path: Path, names: Collection[str], declared: Collection[str]) -> Iterator[Misfit]:
    for name in names:
        if name not in declared:
            yield Misfit(
                path=(*path, name),
                what="is no parameter of the template",
                hint=tell_nearest(name, tuple(declared)),
            )


def _undeclared_name(path: Path, name: str, declared: Collection[str]) -> Iterator[Misfit]:
    if name not in declared:
        yield Misfit(
            path=path,
            what=f'"{name}" is no parameter of the template',
            hint=tell_nearest(name, tuple(declared)),
        )


def _too_long_parameters(path: Path, values: Mapping[str, str]) -> Iterator[Misfit]:
    for name, value in values.items():
        if len(value.encode()) > MAX_PARAMETER_BYTES:
            yield Misfit(
                path=(*path, name),
                what=f"has {len(value.encode()):,} bytes",
                hint=f"at most {MAX_PARAMETER_BYTES:,}",
            )


def _tag_misfits(path: Path, tags: Mapping[str, str]) -> Iterator[Misfit]:
    if len(tags) > MAX_TAGS:
        yield Misfit(path=path, what=f"has {len(tags)} tags", hint=f"at most {MAX_TAGS}")
    for name, value in tags.items():
        if not 1 <= len(name) <= MAX_TAG_KEY:
            yield Misfit(
                path=(*path, name),
                what=f"has a key of {len(name)} characters",
                hint=f"1 to {MAX_TAG_KEY}",
            )
        if name.lower().startswith("aws:"):
            yield Misfit(path=(*path, name), what='begins with "aws:", which AWS keeps to itself')
        if not 1 <= len(value) <= MAX_TAG_VALUE:
            yield Misfit(
                path=(*path, name),
                what=f"has {len(value)} characters",
                hint=f"1 to {MAX_TAG_VALUE}",
            )


def find_informational_misfits(tables: Tables) -> Iterator[Misfit]:
    """List what is called informational and is neither a tag nor a parameter."""
    if not tables.stack_set:
        return
    known = (*(tables.stack_set.parameters or {}), *(tables.stack_set.tags or {}))
    for index, name in enumerate(tables.stack_set.informational or ()):
        if name not in known:
            yield Misfit(
                path=("stack_set", "informational", index),
                what=f'"{name}" is neither a tag nor a parameter of the stack set',
                hint=tell_nearest(name, tuple(dict.fromkeys(known))),
            )
