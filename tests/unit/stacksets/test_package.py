"""What `from stacksets import …` gives, in whatever order modules were imported before."""

import ast
import pkgutil
import subprocess
import sys
from importlib import import_module
from inspect import getdoc, isclass, isfunction, signature
from pathlib import Path

import pytest

import stacksets
from tests.unmeasured import unmeasured

MODULES = {one.name for one in pkgutil.iter_modules(stacksets.__path__)}
TREE = ast.parse(Path(stacksets.__file__).read_text(encoding="utf-8"))
TYPED = {
    name.name: node.module
    for branch in TREE.body
    if isinstance(branch, ast.If)
    for node in branch.body
    if isinstance(node, ast.ImportFrom)
    for name in node.names
}
FUNCTIONS = [one for one in stacksets.__all__ if isfunction(getattr(stacksets, one))]


def _python(program):
    return subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env=unmeasured(),
    )


def test_no_public_name_is_the_name_of_a_module():
    assert {"api", "deploying", "plan"} <= MODULES
    assert MODULES.isdisjoint(stacksets.__all__)


def test_type_checkers_and_programs_see_the_same_names():
    assert sorted(TYPED) == sorted(stacksets.__all__)
    assert set(stacksets.__all__) <= set(dir(stacksets))


@pytest.mark.parametrize("name", sorted(TYPED))
def test_a_name_is_the_very_thing_that_its_module_holds(name):
    assert getattr(stacksets, name) is getattr(import_module(TYPED[name]), name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_does_and_takes(name):
    function = getattr(stacksets, name)
    assert function.__module__ in {"stacksets.api", "stacksets.opening"}
    assert getdoc(function)
    assert {*signature(function).parameters, "return"} == set(function.__annotations__)


def test_every_error_can_be_caught_by_its_name():
    errors = import_module("stacksets.errors")
    raised = {
        name
        for name, kind in vars(errors).items()
        if isclass(kind) and issubclass(kind, stacksets.StackSetsError)
    }
    assert raised - set(stacksets.__all__) == set()


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'deploi'"):
        stacksets.deploi  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import stacksets.deploying, stacksets.destroying, stacksets.diagnosing.causes",
        "import stacksets.cli.edge",
        "from stacksets import make_plan; import stacksets.plan",
    ],
)
def test_whatever_was_imported_before_deploy_is_the_function(before):
    done = _python(
        f"{before}\n"
        "from stacksets import deploy, destroy, diagnose, make_plan, observe\n"
        "import stacksets, stacksets.deploying, stacksets.plan\n"
        "names = [deploy, destroy, diagnose, make_plan, observe, stacksets.deploy]\n"
        "print(*{type(one).__name__ for one in names}, deploy is stacksets.deploy)\n"
        "print(type(stacksets.plan).__name__, stacksets.deploying.__name__)\n"
    )
    assert done.stdout.splitlines() == ["function True", "module stacksets.deploying"], done.stderr


def test_what_is_public_is_no_module_to_import():
    done = _python("import stacksets.deploy")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: No module named")


def test_the_package_imports_nothing_before_something_is_asked_for():
    done = _python(
        "import sys, stacksets\n"
        "print(sorted(one for one in sys.modules if one.startswith('stacksets')))\n"
        "stacksets.StackSetsError\n"
        "print({'click', 'pydantic', 'boto3'} & {*sys.modules})\n"
        "from stacksets import *\n"
        "print({'click', 'boto3'} & {*sys.modules})\n"
    )
    assert done.stdout.splitlines() == ["['stacksets']", "set()", "set()"], done.stderr
