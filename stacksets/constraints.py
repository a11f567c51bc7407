"""Whether a value keeps to what a template's parameter allows.

Source: CloudFormation user guide, "Parameters" (properties). The entries of a list are judged one
by one. What a value kept elsewhere comes to (SSM, a dynamic reference) only a deployment knows, and
a pattern that only CloudFormation's own kind of regular expression has is not judged.
"""

from __future__ import annotations

import re
import warnings
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from stacksets.parameter_values import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Declaration = Mapping[str, object]

_NUMBERS: Final = frozenset({"Number", "List<Number>"})
_ELSEWHERE: Final = "AWS::SSM::"
_DYNAMIC: Final = "{{resolve:"


def find_violations(declaration: Declaration, value: str) -> Iterator[str]:
    """List what of a parameter's declaration a value breaks, a sentence each without the value."""
    kind = str(declaration.get("Type", "String"))
    if kind.startswith(_ELSEWHERE) or _DYNAMIC in value:
        return
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    for entry in [one.strip() for one in value.split(",")] if is_list else [value]:
        yield from _entry_violations(declaration, kind, entry)


def has_unknown_pattern(declaration: Declaration) -> bool:
    """Tell whether the parameter has a pattern that cannot be judged here."""
    pattern = as_text(declaration.get("AllowedPattern"))
    return pattern is not None and _compile(pattern) is None


def _entry_violations(declaration: Declaration, kind: str, value: str) -> Iterator[str]:
    allowed = declaration.get("AllowedValues")
    if isinstance(allowed, list) and value not in [as_text(one) for one in allowed]:
        yield f"is none of {', '.join(str(as_text(one)) for one in allowed)}"
    pattern = as_text(declaration.get("AllowedPattern"))
    compiled = _compile(pattern) if pattern is not None else None
    if compiled and not compiled.fullmatch(value):
        explained = as_text(declaration.get("ConstraintDescription"))
        yield f"does not match {pattern}" + (f" ({explained})" if explained else "")
    if kind in _NUMBERS:
        yield from _number_violations(declaration, value)
    else:
        yield from _length_violations(declaration, value)


def _number_violations(declaration: Declaration, value: str) -> Iterator[str]:
    number = _number(value)
    if number is None:
        yield "is no number"
        return
    least, most = _number(declaration.get("MinValue")), _number(declaration.get("MaxValue"))
    if least is not None and number < least:
        yield f"is less than {least}"
    if most is not None and number > most:
        yield f"is more than {most}"


def _length_violations(declaration: Declaration, value: str) -> Iterator[str]:
    least, most = _number(declaration.get("MinLength")), _number(declaration.get("MaxLength"))
    if least is not None and len(value) < least:
        yield f"has {len(value)} characters, at least {least} are asked for"
    if most is not None and len(value) > most:
        yield f"has {len(value)} characters, at most {most} are taken"


def _number(value: object) -> Decimal | None:
    """Read a number; templates write bounds as numbers and as strings."""
    text = as_text(value)
    try:
        number = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            # Python warns of what it may one day read otherwise, as Java does today.
            warnings.simplefilter("error")
            return re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError):
        return None
