"""The service deployed on the embedded local AWS, and how many API calls that took."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.render import to_bytes
from generator.service.template import build_service
from generator.settings import SETTINGS
from tests.local_aws import running_local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws

ROOT = Path(__file__).parent.parent.parent
READS = re.compile(r"^(Describe|List|Get|AssumeRole|GET|POST /listRegions)")


@dataclass
class Deployed:
    """The running service: its endpoints by region, and what its deploys called."""

    aws: LocalAws
    endpoints: dict[str, str]
    api_calls: dict[str, dict[str, Any]]


@contextlib.contextmanager
def deployed_service() -> Iterator[Deployed]:
    """Bootstrap, deploy, deploy again, and deploy a handler of one other line."""
    with running_local_aws() as aws, tempfile.TemporaryDirectory() as folder:
        os.environ |= aws.environ()
        _stacksets(ROOT, "bootstrap", "--yes")
        counted = {
            "first_deploy": _count(aws, ROOT),
            "no_change": _count(aws, ROOT),
            "one_line_of_the_handler": _count(aws, _with_another_handler(Path(folder))),
        }
        yield Deployed(aws=aws, endpoints=_endpoints(aws), api_calls=counted)


def _stacksets(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "stacksets", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _count(aws: LocalAws, folder: Path) -> dict[str, Any]:
    before = len(aws.journal())
    _stacksets(folder, "deploy", "--yes", "--no-lint")
    names = Counter(one["action"] for one in aws.journal()[before:])
    reads = sum(count for name, count in names.items() if READS.match(name))
    return {
        "mutating": names.total() - reads,
        "reading": reads,
        "calls": dict(sorted(names.items())),
    }


def _with_another_handler(folder: Path) -> Path:
    """Copy what a deploy reads, rendered from a handler with another greeting."""
    (folder / "templates").mkdir()
    for name in ("stacksets.toml", "templates/bootstrap.json"):
        shutil.copy(ROOT / name, folder / name)
    handler = (ROOT / "handler" / "index.py").read_text()
    source = handler.replace("Hello from Lambda", "Hello again from Lambda")
    rendered = to_bytes(build_service(SETTINGS, source))
    (folder / "templates" / "service.json").write_bytes(rendered)
    return folder


def _endpoints(aws: LocalAws) -> dict[str, str]:
    found = {}
    for region in ("us-east-1", "us-west-1"):
        stacks = aws.client("cloudformation", region=region).describe_stacks()["Stacks"]
        outputs = [o for s in stacks for o in s.get("Outputs", ())]
        found[region] = next(o["OutputValue"] for o in outputs if o["OutputKey"] == "ApiEndpoint")
    return found
