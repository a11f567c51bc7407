"""Templates too long for a request: they lie in the target account's S3 while a stack is made."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.templates import MAXIMUM_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacksets.local.control_plane.clients import S3Client

KEY = "template"


class TemplateLender:
    """Names a template as CreateStack and UpdateStack take it; `s3_for` gives an account's S3."""

    def __init__(self, s3_for: Callable[[str], S3Client]) -> None:
        self._s3_for = s3_for

    @contextlib.contextmanager
    def lend(self, account: str, template: str) -> Iterator[dict[str, Any]]:
        """Give TemplateBody, or a TemplateURL that leads to the template until the block ends."""
        body = template.encode()
        if len(body) <= MAXIMUM_BODY_BYTES:
            yield {"TemplateBody": template}
            return
        s3, bucket = self._s3_for(account), f"stacksets-{uuid.uuid4()}"
        s3.create_bucket(Bucket=bucket)
        try:
            s3.put_object(Bucket=bucket, Key=KEY, Body=body)
            yield {"TemplateURL": f"https://s3.amazonaws.com/{bucket}/{KEY}"}
        finally:
            s3.delete_object(Bucket=bucket, Key=KEY)
            s3.delete_bucket(Bucket=bucket)
