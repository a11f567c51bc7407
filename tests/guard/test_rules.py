from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import cfnlint
import pytest
import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from generator.checks.guard import run_rule_tests, validate
from generator.checks.lint import lint
from tests.guard.bootstrap_mutations import BOOTSTRAP_MUTATIONS
from tests.guard.mutations import (
    ADMIN,
    HOME,
    LAMBDA_TRUSTS,
    OTHER,
    RULES,
    TEMPLATES,
    View,
)
from tests.guard.mutations import MUTATIONS as SERVICE_MUTATIONS
from tests.guard.signal_mutations import SIGNAL_MUTATIONS, WATCHED

MUTATIONS = [*SERVICE_MUTATIONS, *BOOTSTRAP_MUTATIONS, *SIGNAL_MUTATIONS]
RULE_NAMES = sorted(
    name
    for file in RULES.glob("*.guard")
    for name in re.findall(r"^rule (\w+)", file.read_text(), re.MULTILINE)
)
SPECIFICATIONS = Path(cfnlint.__file__).parent / "data"
VIEWS = [
    *(View(template=template) for template in ("service", "bootstrap")),
    WATCHED,
    *(
        View(template=template, environment=environment, account=account, region=region)
        for template, accounts, regions in [
            ("service", [ADMIN], ["us-east-1", "us-west-1"]),
            ("bootstrap", [ADMIN, OTHER], ["us-east-1", HOME]),
        ]
        for environment in ("dev", "prod")
        for account in accounts
        for region in regions
    ),
]


def broken(binary, folder, templates):
    """The (rule, resource) pairs that fail in each of some templates, by one run of cfn-guard."""
    files = []
    for name, template in templates.items():
        files.append(folder / f"{name}.json")
        files[-1].write_text(json.dumps(template))
    pairs = defaultdict(set)
    for finding in validate(binary, RULES, files).findings:
        pairs[Path(finding.template).stem].add((finding.rule, finding.resource))
    return {name: pairs[name] for name in templates}


@pytest.fixture(scope="module")
def broken_by_mutation(guard_binary, tmp_path_factory):
    templates = {str(number): mutation.apply_alone() for number, mutation in enumerate(MUTATIONS)}
    return broken(guard_binary, tmp_path_factory.mktemp("mutated"), templates)


@pytest.mark.parametrize(
    "number",
    range(len(MUTATIONS)),
    ids=[f"{m.rule}-{m.resource}-{'.'.join(map(str, m.path))}" for m in MUTATIONS],
)
def test_a_mutation_breaks_its_rule_and_no_other_at_its_resource(broken_by_mutation, number):
    mutation = MUTATIONS[number]
    assert broken_by_mutation[str(number)] == {(mutation.rule, mutation.apply()[1])}


@pytest.mark.exhaustive
def test_a_mutation_breaks_nothing_else_in_the_whole_of_its_template(guard_binary, tmp_path):
    applied = {str(number): mutation.apply() for number, mutation in enumerate(MUTATIONS)}
    templates = {number: template for number, (template, _) in applied.items()}
    assert broken(guard_binary, tmp_path, templates) == {
        number: {(MUTATIONS[int(number)].rule, resource)}
        for number, (_, resource) in applied.items()
    }


def test_every_rule_has_a_mutation():
    assert {mutation.rule for mutation in MUTATIONS} == set(RULE_NAMES)


def test_no_two_rules_have_the_same_name():
    assert len(set(RULE_NAMES)) == len(RULE_NAMES)


def test_our_templates_pass_and_no_rule_is_passed_over(guard_binary, tmp_path):
    files = []
    for number, view in enumerate(VIEWS):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(view.load()))
    result = validate(guard_binary, RULES, files)
    assert result.findings == ()
    assert result.passed == set(RULE_NAMES)


@pytest.mark.parametrize(
    ("parameters", "in_dev", "in_prod"),
    [
        (
            {"ApiLogging": "off"},
            set(),
            {("ACCESS_LOG_IS_ON_IN_PROD", "Stage"), ("EXECUTION_LOG_IS_ON_IN_PROD", "Stage")},
        ),
        (
            {"LogRetentionDays": "30"},
            set(),
            {
                ("LOG_RETENTION_IN_PROD_IS_A_YEAR", group)
                for group in ("KeptAccessLogs", "KeptExecutionLogs", "KeptFunctionLogs")
            },
        ),
    ],
)
def test_what_dev_may_choose_prod_may_not(guard_binary, tmp_path, parameters, in_dev, in_prod):
    chosen = tuple(parameters.items())
    templates = {
        environment: View(template="service", environment=environment, parameters=chosen).load()
        for environment in ("dev", "prod")
    }
    assert broken(guard_binary, tmp_path, templates) == {"dev": in_dev, "prod": in_prod}


def test_a_name_like_the_bootstraps_brings_a_functions_role_no_laxer_rules(guard_binary, tmp_path):
    templates = {}
    for number, statement in enumerate(LAMBDA_TRUSTS):
        template = templates[str(number)] = View(template="service").load()
        role = template["Resources"]["FunctionRole"]["Properties"]
        role["RoleName"] = "multi-region-service-dev-execution"
        role["AssumeRolePolicyDocument"]["Statement"] = statement
        grants = role["Policies"][0]["PolicyDocument"]["Statement"]
        grants[0]["Resource"] = ["arn:aws:s3:::*"]
        grants[1]["Action"] = ["lambda:ListFunctions"]
    rules = ("IAM_RESOURCES_HAVE_NO_NAME", "RESOURCES_ARE_NAMED")
    expected = {(rule, "FunctionRole") for rule in rules}
    assert broken(guard_binary, tmp_path, templates) == dict.fromkeys(templates, expected)


def test_the_rules_judge_their_own_cases_as_expected(guard_binary):
    assert run_rule_tests(guard_binary, RULES) == ()


def test_every_rule_has_a_passing_and_a_failing_case_beside_it():
    expected = defaultdict(set)
    for file in RULES.glob("tests/*_tests.yaml"):
        for case in yaml.safe_load(file.read_text()):
            for rule, verdict in case["expectations"]["rules"].items():
                expected[rule].add(verdict)
    lacking = {rule: {"PASS", "FAIL"} - expected[rule] for rule in RULE_NAMES}
    assert {rule: verdicts for rule, verdicts in lacking.items() if verdicts} == {}


def test_python39_is_deprecated_to_cfn_lint_and_unsupported_to_cfn_guard(guard_binary, tmp_path):
    template = View(template="service").load()
    template["Resources"]["Function"]["Properties"]["Runtime"] = "python3.9"
    file = tmp_path / "service.json"
    file.write_text(json.dumps(template, indent=1))
    linted = {(finding.rule, finding.resource) for finding in lint([file], ["us-east-1"])}
    # A warning until AWS refuses to create (2027-02-01) and then to update (2027-03-03).
    assert linted in [{(rule, "Function")} for rule in ("W2531", "E2531", "E2533")]
    guarded = validate(guard_binary, RULES, [file]).findings
    assert {finding.rule for finding in guarded} == {"RUNTIME_IS_SUPPORTED"}


def test_no_runtime_that_the_rule_admits_is_deprecated_today():
    (table,) = SPECIFICATIONS.glob("AdditionalSpecs/LmbdRuntimeLifecycle.json")
    life_cycles = json.loads(table.read_text())
    rule = (RULES / "function.guard").read_text()
    admitted = set(re.findall(r"'(python[0-9.]+)'", rule))
    today = datetime.now(UTC).date().isoformat()
    assert admitted
    assert {name for name in admitted if life_cycles[name]["deprecated"] <= today} == set()


def test_the_tags_rule_knows_every_type_of_ours_that_can_carry_tags():
    listed = set(re.findall(r"'(AWS::[A-Za-z0-9:]+)'", (RULES / "tags.guard").read_text()))
    used = {
        resource["Type"]
        for name in ("service.json", "bootstrap.json")
        for resource in json.loads((TEMPLATES / name).read_text())["Resources"].values()
    }
    schemas = {
        kind: PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema for kind in used
    }
    tagged = {
        kind: schema["tagging"].get("tagProperty")
        for kind, schema in schemas.items()
        if schema["tagging"]["taggable"]
    }
    assert listed == set(tagged)
    assert {kind for kind, where in tagged.items() if where != "/properties/Tags"} == {
        "AWS::Route53::HealthCheck"
    }
