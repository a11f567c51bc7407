"""drain and undrain as they are typed, and a drain that every command shows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationStatus
from tests.builders import EAST, NAME, WEST, a_key, an_operation
from tests.worlds import FILE, TEMPLATE, lay_out

TABLES = """[smoke]
output = "Endpoint"
path = "hello"

[traffic]
parameter = "Traffic"
normal = "auto"
drained = "drain"

"""
SWITCHED = {
    **TEMPLATE,
    "Parameters": {"Traffic": {"Type": "String", "Default": "auto"}},
    "Outputs": {"Endpoint": {"Value": "https://example.org/"}},
}


@pytest.fixture
def file(tmp_path):
    """A deployment file with a traffic parameter, beside a template that declares it."""
    text = FILE.replace("[environments.dev]", f"{TABLES}[environments.dev]")
    return lay_out(tmp_path, text=text, template=SWITCHED)


@pytest.fixture
def sets(run, aws):
    """The StackSets of a stack set that is deployed in both regions."""
    assert run("deploy", "--yes", "--no-lint")[0] == 0
    aws.fake_stack_sets.calls.clear()
    return aws.fake_stack_sets


def drained(sets):
    return {key.region: overrides for key, overrides in sets.overrides.items() if overrides}


def result(out):
    return json.loads(out.splitlines()[-1])


def test_a_drain_shows_what_it_does_asks_and_tells_where_traffic_goes(run, sets, file):
    code, out, err = run("drain", EAST, typed="y")

    assert code == 0
    assert drained(sets) == {EAST: {"Traffic": "drain"}}
    assert [name for name, *_ in sets.calls] == ["update_instances"]
    assert "Traffic: auto -> drain" in err
    assert f"  {EAST}  drained  drain\n  {WEST}  active   auto\n" in out
    assert f"→ `stacksets undrain {EAST} -f {file}` takes it back" in out


def test_a_drain_says_before_and_after_who_is_left_and_that_nobody_looked_at_their_health(
    run, sets, file
):
    _, out, err = run("drain", EAST, typed="y")

    left = f"left to take the traffic of {EAST}: {WEST}; a drain does not look at its health"
    look = f"`stacksets smoke -f {file}` does"
    assert f"{left}: {look}" in err
    assert f"  ! {left}: {look}\n" in out
    assert "left to take" not in "".join(run("undrain", EAST, "--yes")[1:])


@pytest.mark.parametrize("command", ["drain", "undrain"])
def test_a_turn_that_failed_is_a_failure_and_the_same_command_tries_it_again(run, sets, command):
    if command == "undrain":
        assert run("drain", EAST, "--yes")[0] == 0
    sets.fail[a_key(region=EAST)] = "no"

    code, out, err = run(command, EAST, "--yes")

    assert (code, "left to take" in out) == (5, False)
    assert "Succeeded" not in out + err
    sets.fail.clear()
    code, out, err = run(command, EAST, "--yes")
    assert code == 0
    assert "again, the last turn did not go well" in err
    assert "No changes" not in out
    assert run(command, EAST, "--yes")[1].startswith("No changes")


def test_a_drain_that_nobody_agrees_to_changes_nothing(run, sets):
    assert run("drain", EAST)[0] == 3
    assert run("drain", EAST, typed="n")[0] == 3
    assert sets.calls == []


def test_a_drained_region_is_taken_back(run, sets):
    assert run("drain", EAST, "--yes")[0] == 0

    code, out, _ = run("undrain", EAST, "--yes")

    assert code == 0
    assert drained(sets) == {}
    assert f"  {EAST}  active  auto\n" in out


def test_what_is_so_already_is_no_change(run, sets):
    code, out, _ = run("undrain", EAST)
    assert (code, out.splitlines()[0]) == (0, f"No changes. {EAST} is not drained")
    assert run("drain", EAST, "--yes")[0] == 0
    sets.calls.clear()

    code, out, _ = run("drain", EAST, "--output", "json")

    assert code == 0
    told = result(out)
    assert (told["code"], told["verdict"]) == ("no_changes", "no_changes")
    assert told["traffic"][0] == {
        "region": EAST,
        "state": "drained",
        "values": {"drain": 1},
        "without_usable_stack": 0,
    }
    assert sets.calls == []


def test_the_last_region_is_refused_with_a_code_of_its_own(run, sets):
    assert run("drain", EAST, "--yes")[0] == 0
    sets.calls.clear()

    code, out, _ = run("drain", WEST, "--yes", "--output", "json")

    assert (code, result(out)["code"]) == (3, "NO_ACTIVE_REGION")
    assert sets.calls == []


def test_a_region_that_is_none_is_wrong_usage(run):
    code, _, err = run("drain", "east")
    assert code == 2
    assert "east: not a region such as us-east-1" in err


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("plan", []),
        ("deploy", []),
        ("outputs", []),
        ("smoke", []),
        ("diagnose", []),
        ("resume", []),
        ("destroy", []),
    ],
)
def test_every_command_that_looks_says_what_is_drained(run, sets, command, flags):
    assert run("drain", EAST, "--yes")[0] == 0

    _, out, err = run(command, *flags)

    assert f"  ! {EAST} is drained: drain\n" in out + err


def test_a_plan_with_a_drain_is_no_change_and_its_json_says_how_traffic_stands(run, sets):
    assert run("drain", EAST, "--yes")[0] == 0

    code, out, _ = run("plan", "--expect-no-changes", "--output", "json")

    assert code == 0
    [told] = [json.loads(line) for line in out.splitlines() if '"code": "traffic"' in line]
    assert [(one["region"], one["state"], one["values"]) for one in told["traffic"]] == [
        (EAST, "drained", {"drain": 1}),
        (WEST, "active", {"auto": 1}),
    ]


def test_status_shows_every_region(run, sets):
    code, out, _ = run("status")
    assert code == 0
    assert f"Traffic\n  {EAST}  active  auto\n  {WEST}  active  auto\n" in out


def test_status_calls_no_region_active_that_drain_would_not_leave_alone(run, sets, aws):
    aws.accounts[a_key(region=EAST)].stacks.clear()

    code, out, _ = run("status")
    assert code == 5
    assert f"Traffic\n  {EAST}  without a usable stack  auto\n  {WEST}  active" in out
    [region, _] = result(run("status", "--output", "json")[1])["traffic"]
    assert (region["state"], region["without_usable_stack"]) == ("without_usable_stack", 1)

    code, _, err = run("drain", WEST, "--yes")
    assert code == 3
    assert f"{WEST} is not drained" in err


def test_where_all_is_active_no_command_speaks_of_it(run, sets):
    _, out, err = run("plan")
    assert "Traffic\n" not in out + err
    assert "drained" not in out + err


def test_a_drain_that_was_interrupted_is_typed_again(run, sets, file):
    latest = OperationId(f"stacksets-drain-{'0' * 40}-1")
    sets.operations[latest] = an_operation(id=latest, status=OperationStatus.SUCCEEDED)

    code, _, err = run("resume", "--yes")

    assert code == 3
    assert f"type `stacksets drain REGION -f {file}` again" in err


@pytest.fixture
def forced(sets):
    """The StackSets of a stack set whose traffic parameter somebody has overridden by hand."""
    sets.overrides[a_key(region=EAST)] = {"Traffic": "force"}
    return sets


def test_a_value_that_drain_never_sets_is_not_told_as_a_drain(run, forced, file):
    _, out, _ = run("status")

    assert f"  {EAST}  neither active nor drained  force\n" in out
    assert f"→ `stacksets undrain {EAST} -f {file}` takes the override back" in out
    assert (
        f"  ! {EAST}: Traffic = force  (override that drain never sets; the file gives auto)\n"
    ) in out
    assert "set by drain" not in out


def test_a_plan_says_of_such_a_value_what_takes_it_back(run, forced, file):
    _, out, err = run("plan")

    assert (
        f"  ! {EAST} is neither active nor drained: force\n"
        f"    → `stacksets undrain {EAST} -f {file}` takes the override back\n"
    ) in out + err
    assert run("undrain", EAST, "--yes")[0] == 0
    assert drained(forced) == {}


def test_a_value_that_is_no_override_is_taken_back_by_a_deploy(run, sets, file):
    sets.sets[NAME] = replace(sets.sets[NAME], parameters={"Traffic": "force"})

    _, out, _ = run("status")

    assert f"`stacksets deploy -f {file}` gives it the value that the template has" in out
    assert "undrain" not in out
    assert run("deploy", "--yes", "--no-lint")[0] == 0
    assert f"Traffic\n  {EAST}  active  auto\n" in run("status")[1]


def test_a_drain_is_told_as_one_in_the_parameters(run, sets):
    assert run("drain", EAST, "--yes")[0] == 0

    assert f"  {EAST}: Traffic = drain  (set by drain)\n" in run("status")[1]
