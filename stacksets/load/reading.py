"""The files that a deployment is read from: the deployment file itself and its templates."""

from __future__ import annotations

import codecs
import hashlib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacksets.errors import DeploymentFileError, TemplateError
from stacksets.model.desired import Template
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A deployment file as TOML understands it, and the sha256 of its bytes."""

    content: Mapping[str, Any]
    sha256: str


def read_document(path: Path) -> Document:
    """Read a deployment file.

    Raises:
        DeploymentFileError: there is no such file, it cannot be read, or it is no TOML.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DeploymentFileError(
            f"there is no deployment file {path}", hint="name one with -f FILE"
        ) from None
    except (OSError, ValueError) as error:
        raise DeploymentFileError(
            f"the deployment file {path} cannot be read: {_reason(error)}",
            hint="name another with -f FILE",
        ) from None
    try:
        content = tomllib.loads(_decode(raw))
    except UnicodeDecodeError as error:
        raise DeploymentFileError(
            f"the deployment file {path} {_tell_undecodable(error)}",
            hint="save it as UTF-8 without a byte order mark, as TOML demands",
        ) from None
    except (ValueError, RecursionError) as error:
        raise DeploymentFileError(
            f"the deployment file {path} is not TOML: {error}", hint="see https://toml.io"
        ) from None
    return Document(content=content, sha256=hashlib.sha256(raw).hexdigest())


def read_template(path: Path) -> Template:
    """Read a rendered template; its bytes are what is sent, so they must be text.

    Raises:
        TemplateError: it cannot be read or parsed, or has no resources.
    """
    try:
        raw = path.read_bytes()
        body = _decode(raw)
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"{path} {_tell_undecodable(error)}",
            hint="save it as UTF-8 without a byte order mark",
        ) from None
    except (OSError, ValueError) as error:
        raise TemplateError(
            f"{path} cannot be read: {_reason(error)}", hint="a path beside the deployment file"
        ) from None
    content = parse_template(body)
    resources = content.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise TemplateError(f"{path} has no Resources", hint="a template needs at least one")
    return Template(
        path=str(path), body=body, sha256=hashlib.sha256(raw).hexdigest(), content=content
    )


def _decode(raw: bytes) -> str:
    """Read UTF-8, which needs no byte order mark: AWS would get it as the template's first sign."""
    if raw.startswith(codecs.BOM_UTF8):
        raise UnicodeDecodeError("utf-8", raw, 0, len(codecs.BOM_UTF8), "byte order mark")
    return raw.decode()


def _tell_undecodable(error: UnicodeDecodeError) -> str:
    if error.object.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark"
    return f"is not UTF-8 (byte {error.start})"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
