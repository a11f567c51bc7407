"""What an alias stands for.

AWS: invoked through an alias, context.invoked_function_arn ends in the alias
(`…:function:name:live`), as does the FunctionArn of GetFunction for that qualifier, while the
version is the one that runs (Lambda developer guide, aliases), and the function's reserved
concurrency holds for all versions. ministack: the ARN ends in the version, and only `$LATEST` has
the reserve.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any

from ministack.services import lambda_svc

Record = dict[str, Any]
_resolve = lambda_svc._effective_func_record_for_qualifier


def apply() -> None:
    """Name the alias in the ARN of what an alias resolves to, and hand the reserve on."""
    lambda_svc._effective_func_record_for_qualifier = _resolve_with_alias


def _resolve_with_alias(
    func: Record | None, qualifier: str | None
) -> tuple[Record | None, Record | None]:
    record, config = _resolve(func, qualifier)
    if func is None or record is None or config is None or qualifier in {None, "$LATEST"}:
        return record, config
    arn = f"{func['config']['FunctionArn']}:{qualifier}"
    reserved = {**record, "concurrency": func.get("concurrency")}
    return reserved, {**config, "FunctionArn": arn}
