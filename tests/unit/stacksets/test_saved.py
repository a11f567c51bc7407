"""Plans that are kept: canonical, without a secret, and no longer good once anything has moved."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.errors import (
    InputError,
    OperationInProgressError,
    StalePlanError,
)
from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AutoDeployment,
    Bootstrap,
    DeploymentTargets,
    KeptValue,
    PermissionModel,
)
from stacksets.model.observed import OperationStatus
from stacksets.plan import make_plan
from stacksets.report.failure import error_result
from stacksets.saved import VERSION, read_saved_plan, refuse_moved, refuse_waiting, write_saved_plan
from tests.builders import EAST, a_deployment, a_key, a_template, an_instance, an_operation
from tests.fakes import FakeAws
from tests.organizations import APPS, FOUR, an_organization
from tests.saved_plans import (
    BOTH,
    KINDS,
    OVERRIDE,
    PLANNED,
    SECRET,
    a_world_to_plan,
    observed,
    saved,
    secrets,
)
from tests.unmeasured import unmeasured

ROOT = Path(__file__).parents[3]


def moved(now):
    """Give what is told of a world that is no longer as it was when PLANNED was made."""
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(PLANNED, now, "plan.json")
    return caught.value


def test_what_was_written_is_read_back():
    assert read_saved_plan(write_saved_plan(PLANNED), "plan.json") == PLANNED


def test_the_same_world_lets_the_plan_pass():
    refuse_moved(read_saved_plan(write_saved_plan(PLANNED), "plan.json"), saved(), "plan.json")


def test_the_document_has_sorted_keys_and_says_what_it_is():
    text = write_saved_plan(PLANNED)
    document = json.loads(text)
    assert text == json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert (document["format"], document["version"]) == ("stacksets-plan", VERSION)


def test_a_first_deploy_can_be_saved_too():
    first = saved(there=None)
    assert read_saved_plan(write_saved_plan(first), "plan.json") == first


@pytest.mark.parametrize("kind", KINDS)
def test_a_world_that_has_moved_is_refused_naming_what(kind):
    error = moved(KINDS[kind])

    assert (error.exit_code, error.code) == (6, "STALE_PLAN")
    assert error.moved
    assert error.to_dict()["moved"] == list(error.moved)


def test_a_stack_set_that_is_there_now_was_created():
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(saved(there=None), saved(), "plan.json")
    assert caught.value.moved == ("the stack set was created",)


def test_a_plan_that_was_begun_is_gone_on_with_by_resume():
    [step] = PLANNED.plan.steps
    begun = replace(an_operation(), id=step.operation_id, status=OperationStatus.SUCCEEDED)
    there = replace(observed(*BOTH), operations=(begun,))
    assert moved(saved(there=there)).hint == (
        f"operation {step.operation_id} is this plan's own: `stacksets resume` goes on with it; "
        "or plan anew, and look at it again"
    )


def test_of_very_much_that_moved_the_first_is_named_and_the_rest_counted():
    accounts = [f"{number:012}" for number in range(1, 31)]
    many = saved(there=observed(*BOTH, *(an_instance(a_key(one, EAST)) for one in accounts)))
    lines = [line.text for line in error_result(moved(many), {}).lines]
    assert lines[-2:] == ["  and 10 more", "→ plan anew, and look at it again"]
    assert len(lines) == 1 + 20 + 2


EDITED = "the document was edited, or another version of stacksets wrote it"


@pytest.mark.parametrize("digest", [None, "0" * 64])
def test_a_document_that_was_edited_is_not_read(digest):
    document = json.loads(write_saved_plan(PLANNED))
    document["plan"]["steps"] = []
    if digest:
        document["sha256"] = digest
    with pytest.raises(InputError, match=r"plan\.json was changed since stacksets wrote it"):
        read_saved_plan(json.dumps(document), "plan.json")


def test_a_document_in_another_layout_is_the_same_plan():
    document = json.loads(write_saved_plan(PLANNED))
    assert read_saved_plan(json.dumps(document, indent=7), "plan.json") == PLANNED


def test_a_document_that_was_edited_with_its_digest_is_not_carried_out():
    edited = replace(PLANNED, plan=replace(PLANNED.plan, steps=()))
    edited = read_saved_plan(write_saved_plan(edited), "plan.json")
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(edited, PLANNED, "plan.json")
    assert caught.value.moved == (f"{EDITED}:", "plan.steps[0] is new")


def test_an_id_that_moved_is_told_whole_however_long():
    longest = "o" * 128
    since = replace(PLANNED.basis.seen, last_operation=f"{longest} FAILED")
    now = replace(PLANNED, basis=replace(PLANNED.basis, seen=since))
    lines = [line.text for line in error_result(moved(now), {}).lines]
    assert lines[1:4] == ["  - an operation since:", f"    {longest}", "    FAILED"]


def with_password(given, there="s3cret"):
    """Save the plan of a file with an override of a NoEcho parameter, and of one on AWS."""
    deployment = a_world_to_plan(
        template=a_template(SECRET),
        parameters={"Suffix": "x", "Password": "for-all"},
        overrides=(replace(OVERRIDE, parameters={"Password": given}),),
    )
    overridden = replace(BOTH[0], overrides={"Password": there})
    text = json.dumps(SECRET)
    return saved(deployment, observed(overridden, BOTH[1], template_body=text))


@pytest.mark.parametrize("now", [with_password("changed"), with_password("s3cret", "by-hand")])
def test_another_noecho_override_is_named_as_a_cause_and_no_value_is_told(now):
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(with_password("s3cret"), now, "plan.json")

    cause, *places = caught.value.moved
    assert cause == (
        "an override of NoEcho parameter Password has another value than when the plan was saved, "
        f"or {EDITED}:"
    )
    assert "plan.steps[1] is new" in places
    assert len(places) <= 11
    for value in ("s3cret", "changed", "by-hand", "…"):
        assert value not in str(places)


def test_another_noecho_value_cannot_be_told_where_the_plan_sends_it_anyway():
    """As the README says: the file's value is sent then, whatever it was at the review."""
    refuse_moved(secrets("reviewed"), secrets("another"), "plan.json")


def test_units_are_blamed_where_there_are_any_and_the_digest_is_another():
    planned = by_units(an_organization())
    of_another = replace(planned.plan, digest="0" * 64, notes=("a note",))
    why = replace(planned.plan, notes=("a note",))

    for plan, cause in (
        (of_another, f"accounts or organizational units have moved, or {EDITED}:"),
        (why, f"{EDITED}:"),
    ):
        with pytest.raises(StalePlanError) as caught:
            refuse_moved(replace(planned, plan=plan), planned, "plan.json")
        assert caught.value.moved[0] == cause
        assert "plan.notes[0]: a note → none" in caught.value.moved


def test_a_long_place_is_named_without_its_values():
    long = "x" * 200
    for was, now, words in (
        ((), (long,), "is new"),
        ((long,), (), "is gone"),
        ((long,), (f"{long}y",), "is another"),
    ):
        planned, other = (
            replace(PLANNED, plan=replace(PLANNED.plan, notes=notes)) for notes in (was, now)
        )
        with pytest.raises(StalePlanError) as caught:
            refuse_moved(planned, other, "plan.json")
        assert caught.value.moved[1:] == (f"plan.notes[0] {words}",)


def test_a_plan_of_another_version_of_the_format_is_refused():
    document = json.loads(write_saved_plan(PLANNED)) | {"version": VERSION + 1}
    with pytest.raises(StalePlanError, match=f"version {VERSION + 1}"):
        read_saved_plan(json.dumps(document), "plan.json")


def test_a_plan_that_only_waits_cannot_be_saved():
    running = observed(operations=(an_operation(id="op-2", status=OperationStatus.RUNNING),))
    with pytest.raises(OperationInProgressError, match="op-2") as caught:
        refuse_waiting(make_plan(a_world_to_plan(), running))
    assert caught.value.operation_id == "op-2"


def test_any_other_plan_can_be_saved():
    refuse_waiting(make_plan(a_world_to_plan(), observed()))


@pytest.mark.parametrize("there", [True, False])
def test_a_noecho_value_stands_nowhere_in_a_saved_plan(there):
    text = write_saved_plan(secrets("s3cret", there=there))
    assert not any(word in text for word in ("s3cret", "f0und", "open-sesame"))
    assert text.count("****") > 3


@pytest.mark.parametrize("there", [True, False])
def test_no_digest_in_a_saved_plan_depends_on_a_noecho_value(there):
    one, other = (write_saved_plan(secrets(word, there=there)) for word in ("0000", "9999"))
    assert one == other


def test_a_file_that_may_hold_a_noecho_value_has_no_digest():
    assert saved().basis.deployment_file_sha256 == "0" * 64
    assert secrets("x").basis.deployment_file_sha256 is None
    bootstrap = Bootstrap(
        stack_name="b", template=a_template(SECRET), parameters={"Password": "x"}, tags={}
    )
    assert saved(a_world_to_plan(bootstrap=bootstrap)).basis.deployment_file_sha256 is None


def test_a_plain_bootstrap_keeps_the_digest_of_the_file():
    bootstrap = Bootstrap(stack_name="b", template=a_template(), parameters={}, tags={})
    assert saved(a_world_to_plan(bootstrap=bootstrap)).basis.deployment_file_sha256 == "0" * 64


def test_a_kept_value_is_the_deployed_one_and_moves_with_it():
    kept = a_world_to_plan(tags={"Team": KeptValue(fallback="unknown")})
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(saved(kept), saved(kept, observed(tags={"Team": "red"})), "plan.json")
    assert any("tag Team on AWS: blue → red" in one for one in caught.value.moved)


def by_units(organization):
    """Save the plan of all of unit Apps, as the organization is now."""
    aws = FakeAws()
    aws.fake_organizations = organization
    group = DeploymentTargets(accounts=(), regions=(EAST,), organizational_units=(APPS,))
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        administration_role_arn=None,
        execution_role_name=None,
        auto_deployment=AutoDeployment(enabled=True),
        targets=(group,),
    )
    return saved(expand_targets(aws, deployment, None), None)


def test_a_plan_of_units_is_kept_and_moves_with_their_accounts():
    planned = by_units(an_organization())
    joined = an_organization()
    joined.homes[FOUR] = APPS

    assert read_saved_plan(write_saved_plan(planned), "plan.json") == planned
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(planned, by_units(joined), "plan.json")
    assert caught.value.moved == (f"stack instance {FOUR}/{EAST} is a target now",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no saved plan"),
        ("{}", "is no saved plan"),
        ('{"format": "stacksets-plan"}', "is no saved plan"),
        ('{"format": "stacksets-plan", "version": true}', "is no saved plan"),
        ('{"format": "stacksets-plan", "version": 3}', "is a broken plan: plan: basis"),
        ('{"version": 4, "terraform_version": "1.0"}', "is no saved plan"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_sentence(text, words):
    with pytest.raises(InputError, match=words):
        read_saved_plan(text, "plan.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from places(inner, (*path, place))


DOCUMENT = json.loads(write_saved_plan(secrets("x")))
PLACES = [path for path in places(DOCUMENT) if path]


def put(document, path, value):
    """Put a value into a place, as far as an earlier mutation has left it there."""
    here = document
    try:
        for name in path[:-1]:
            here = here[name]
        here[path[-1]] = value
    except (IndexError, KeyError, TypeError):
        return


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_a_mutated_plan_is_one_clear_error_or_still_a_plan(mutations):
    document = json.loads(json.dumps(DOCUMENT))
    for path, value in mutations:
        put(document, path, value)
    try:
        read = read_saved_plan(json.dumps(document), "plan.json")
    except (InputError, StalePlanError) as error:
        told = error
    else:
        assert read_saved_plan(write_saved_plan(read), "plan.json") == read
        return
    assert told.hint


@given(st.text(max_size=200))
def test_any_text_is_a_plan_or_one_clear_error(text):
    with pytest.raises(InputError):
        read_saved_plan(text, "plan.json")


def test_the_bytes_are_the_same_under_any_hash_seed():
    program = (
        "from tests.saved_plans import *\nfrom stacksets.saved import *\n"
        "import sys\n"
        "sys.stdout.write(write_saved_plan(secrets('x')))\n"
        "from stacksets.report.saved import shown_result\n"
        "sys.stdout.write(repr(shown_result(secrets('x'), {})))\n"
        "for one in KINDS.values(): sys.stdout.write(write_saved_plan(one))\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**unmeasured(), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(texts) == 1
    assert len(texts.pop()) > 1000
