"""`python -m generator`, as it is typed."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator import __main__
from generator.__main__ import main
from generator.capacity.needs import UnmetNeedsError
from generator.render import render_with_sources

ROOT = Path(__file__).parents[3]


def into(folder):
    """Where the templates and the pages go."""
    return ["--templates", str(folder), "--docs", str(folder / "docs")]


@pytest.fixture(scope="module", autouse=True)
def rendered_once():
    """It is the same each time, as test_render.py shows; the last test renders in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(__main__, "render_with_sources", functools.cache(render_with_sources))
        yield


@pytest.fixture
def folder(tmp_path):
    """A folder with both templates and, below it, the pages freshly rendered."""
    assert main(into(tmp_path)) == 0
    return tmp_path


def test_both_templates_are_written_and_each_is_told_in_a_line(tmp_path, capsys):
    folder = tmp_path / "new"
    assert main(into(folder)) == 0
    first, second = capsys.readouterr().out.splitlines()
    body = (folder / "service.json").read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:6]
    assert first == (
        f"template  {folder}/service.json  47 resources, {len(body):,} bytes, "
        f"sha256 {digest}…  (written)"
    )
    made = len(json.loads((folder / "bootstrap.json").read_text())["Resources"])
    assert f"{folder}/bootstrap.json  {made} resources" in second


def test_a_second_run_changes_nothing(folder, capsys):
    before = [path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))]
    capsys.readouterr()
    assert main(into(folder)) == 0
    assert capsys.readouterr().out.count("(unchanged)") == 2
    assert [path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))] == before


def test_everybody_may_read_what_is_written(folder):
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.*")} == {0o644}


def test_check_is_silent_about_fresh_templates(folder, capsys):
    capsys.readouterr()
    assert main(["--check", *into(folder)]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_shows_what_is_stale_and_writes_nothing(folder, capsys):
    path = folder / "service.json"
    stale = path.read_text().replace("MultiRegionService", "Another")
    path.write_text(stale)
    capsys.readouterr()
    assert main(["--check", *into(folder)]) == 3
    out, err = capsys.readouterr()
    assert f"--- {path} (committed)\n" in out
    assert '- "Name":"Another",\n' in out
    assert '+ "Name":"MultiRegionService",\n' in out
    assert err == f"error: {path} is stale → make template\n"
    assert path.read_text() == stale


def test_check_names_every_template_that_is_missing(tmp_path, capsys):
    assert main(["--check", *into(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert f"{tmp_path}/service.json is missing" in err
    assert f"{tmp_path}/bootstrap.json is missing" in err
    assert list(tmp_path.iterdir()) == []


def test_check_finds_a_map_of_sources_that_is_stale(folder, capsys):
    path = folder / "service.sources.json"
    path.write_text(path.read_text().replace("build_compute", "build_function"))
    capsys.readouterr()
    assert main(["--check", *into(folder)]) == 3
    assert capsys.readouterr().err == f"error: {path} is stale → make template\n"


@pytest.mark.parametrize("page", ["costs.md", "capacity.md"])
def test_check_finds_a_page_whose_figures_are_stale(page, folder, capsys):
    path = folder / "docs" / page
    stale = re.sub(r"\d", "7", path.read_text())
    path.write_text(stale)
    capsys.readouterr()
    assert main(["--check", *into(folder)]) == 3
    assert capsys.readouterr().err == f"error: {path} is stale → make template\n"
    assert path.read_text() == stale


def test_nothing_is_rendered_where_one_region_would_not_carry_it_all(folder, capsys, monkeypatch):
    def refuse(template):
        raise UnmetNeedsError("one region would not carry it all\nconcurrency: 1,250 are needed")

    monkeypatch.setattr(__main__, "build_pages", refuse)
    capsys.readouterr()
    (folder / "service.json").write_text("old")
    assert main(into(folder)) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "error: rendering stopped: one region would not carry it all\n"
        "concurrency: 1,250 are needed\n"
    )
    assert (folder / "service.json").read_text() == "old"


@pytest.mark.parametrize("flags", [[], ["--check"]])
def test_a_folder_that_is_none_is_one_clear_error(flags, tmp_path, capsys):
    place = tmp_path / "file"
    place.write_text("")
    assert main([*flags, *into(place)]) == 3
    assert capsys.readouterr() == (
        "",
        f"error: rendering stopped: [Errno 20] Not a directory: '{place}/service.json'\n",
    )


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_the_old_template_and_no_other_file(error, folder, monkeypatch):
    path = folder / "service.json"
    path.write_text("old")
    files = sorted(folder.iterdir())

    def fail(self, target):
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    if isinstance(error, OSError):
        assert main(into(folder)) == 3
    else:
        with pytest.raises(KeyboardInterrupt):
            main(into(folder))
    assert path.read_text() == "old"
    assert sorted(folder.iterdir()) == files


def test_wrong_usage_exits_with_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--nonsense"])
    assert stopped.value.code == 2
    assert "unrecognized arguments: --nonsense" in capsys.readouterr().err


def test_the_exit_code_reaches_the_shell(tmp_path):
    command = [sys.executable, "-m", "generator", "--check", *into(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert "Traceback" not in run.stderr
