"""Web pages that come with status 200 where AWS should answer: log-in pages, company proxies.

botocore reads well-formed ones as answers that lack everything, or as the answer that nothing is
there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE
)
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LONGEST = 80


def refuse_web_pages(session: boto3.Session) -> None:
    """Have every client that is made of the session refuse web pages as answers."""
    session.events.register("before-parse", _refuse)


def _refuse(response_dict: Mapping[str, object], **_: object) -> None:
    """Raise what botocore raises for an answer that it cannot read; errors it knows by status."""
    body, status = response_dict.get("body"), response_dict.get("status_code")
    if status == 200 and isinstance(body, bytes) and _PAGE.match(body):  # noqa: PLR2004 - HTTP's
        text = " ".join(_NO_TEXT.sub(" ", body.decode("utf-8-sig", errors="replace")).split())
        said = f", {text[:_LONGEST]}" if text else ""
        raise ResponseParserError(f"a web page{said}")
