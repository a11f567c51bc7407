"""Logical ids that change with content, for resources that AWS snapshots once and for all."""

import hashlib
import json
from collections.abc import Iterable

from troposphere import AWSObject


def hashed_title(prefix: str, resources: Iterable[AWSObject], *, ignore: frozenset[str]) -> str:
    """The prefix and ten hex digits of what the resources are.

    CloudFormation makes a new resource only under a new logical id, and a Lambda version or an
    API Gateway deployment is a snapshot: unless its id changes, a change is never published.

    Args:
        prefix: what the logical id begins with.
        resources: what the snapshot holds.
        ignore: properties that the snapshot does not hold, such as tags. Metadata never counts.
    """
    content = {
        resource.title: [resource.resource_type, _properties(resource, ignore)]
        for resource in resources
    }
    text = json.dumps(content, sort_keys=True)
    return prefix + hashlib.sha256(text.encode()).hexdigest()[:10]


def _properties(resource: AWSObject, ignore: frozenset[str]) -> dict[str, object]:
    properties = resource.to_dict().get("Properties", {})
    return {name: value for name, value in properties.items() if name not in ignore}
