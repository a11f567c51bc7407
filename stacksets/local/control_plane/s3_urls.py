"""The forms of an S3 object's address that CloudFormation takes.

Source: S3 user guide, "Methods for accessing a bucket" (virtual-hosted and path style), and
CloudFormation API reference, CreateStackSet: TemplateURL.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9][-.a-z0-9]{1,61}[a-z0-9])\.)?"
    r"s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?"
)


class S3Object(NamedTuple):
    """What names an object."""

    bucket: str
    key: str


def read_https_url(url: str) -> S3Object | None:
    """Give the object of an https address, None for one that is not S3's.

    Website endpoints are none of S3's REST addresses, and are not taken.
    """
    parts = urlsplit(url)
    host = _HOST.fullmatch(parts.netloc)
    if parts.scheme != "https" or host is None:
        return None
    path = unquote(parts.path).removeprefix("/")
    if host["bucket"]:
        return S3Object(host["bucket"], path) if path else None
    bucket, _, key = path.partition("/")
    return S3Object(bucket, key) if key else None


def read_any_url(url: str) -> S3Object | None:
    """Give the object of an https or s3:// address, None for one that is not S3's."""
    if not url.startswith("s3://"):
        return read_https_url(url)
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return S3Object(bucket, key) if bucket and key else None
