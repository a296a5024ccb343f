"""A module has one name everywhere: code, stack, events, tests, documents, owner, pipeline and config environment.

The modules are found in the tree.  Every failure says what to add where.
"""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from milkrun.fleet import load_fleet
from milkrun.where import Module, find_modules, owner_of
from tests.support.stacks import read_template
from tests.support.tree import ROOT, files

MODULES = find_modules(ROOT)
# Never released by the machines: the delivery stack is deployed by hand, and the account's by bootstrap.
NOT_RELEASED = ("delivery", "account")
NAMES_THAT_SAY_NOTHING = ("app", "main", "handler", "function", "lambda", "src")
every_module = pytest.mark.parametrize("module", MODULES, ids=[module.name for module in MODULES])


def resources(module: Module, *types: str) -> dict[str, Any]:
    found = read_template(ROOT / module.template)["Resources"]
    return {key: resource for key, resource in found.items() if resource["Type"] in types}


def functions(module: Module) -> dict[str, Any]:
    return resources(module, "AWS::Serverless::Function")


def config_environments() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


def test_there_are_modules() -> None:
    assert MODULES


def test_no_two_packages_have_the_same_name() -> None:
    names = Counter(module.package.name for module in MODULES if (ROOT / module.package).is_dir())
    layers = [path.parent.name for path in files() if path.match("layers/*/*/__init__.py")]
    names.update(layers)

    assert {name: count for name, count in names.items() if count > 1} == {}, "give each package a name of its own"


@every_module
def test_it_has_a_template(module: Module) -> None:
    assert (ROOT / module.template).is_file(), f"add {module.template}"


@every_module
def test_its_code_is_one_package_of_its_name(module: Module) -> None:
    if not functions(module):
        return
    assert module.package.name not in NAMES_THAT_SAY_NOTHING
    assert (ROOT / module.package / "__init__.py").is_file(), f"add {module.package}/__init__.py"
    for key, function in functions(module).items():
        handler = str(function["Properties"]["Handler"])
        assert handler.startswith(f"{module.package.name}."), f"{key}: {handler} is not in {module.package}"


@every_module
def test_its_handlers_exist(module: Module) -> None:
    for key, function in functions(module).items():
        *package, name = str(function["Properties"]["Handler"]).split(".")
        file = module.folder.joinpath(*package).with_suffix(".py")
        assert (ROOT / file).is_file(), f"{key}: add {file}"
        assert name in (ROOT / file).read_text(encoding="utf-8"), f"{key}: {file} has no {name}"


@every_module
def test_what_it_promises_by_http_is_written_down(module: Module) -> None:
    if resources(module, "AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::AppSync::GraphQLApi"):
        assert module.contract(ROOT), f"add {module.folder}/openapi.yaml (or schema.graphql)"


@every_module
def test_it_has_an_event_for_every_function(module: Module) -> None:
    for key, function in functions(module).items():
        events = function.get("Metadata", {}).get("Milkrun", {}).get("Events", [])
        assert events, f"{module.template}: name the events of {key} under Metadata, Milkrun, Events"
        for event in events:
            assert Path(event).parent == module.events, f"{event} belongs in {module.events}"


@every_module
def test_it_has_unit_tests(module: Module) -> None:
    if functions(module):
        folder = ROOT / "tests/unit" / module.name
        assert list(folder.glob("test_*.py")), f"add tests/unit/{module.name}/test_*.py"


@every_module
def test_it_has_a_page_and_a_runbook(module: Module) -> None:
    assert (ROOT / module.page).is_file(), f"add {module.page}: what it is, what it is not, its edges, three commands"
    if resources(module, "AWS::CloudWatch::Alarm"):
        assert (ROOT / module.runbook).is_file() or module.name in NOT_RELEASED, f"add {module.runbook}"


@every_module
def test_its_owner_is_the_same_everywhere(module: Module) -> None:
    fleet = load_fleet(ROOT)
    owner = owner_of(ROOT, module.folder)
    assert owner in fleet.owners, (
        f"give /{module.folder}/ in CODEOWNERS an owner of fleet.yaml: {', '.join(fleet.owners)}"
    )
    if module.name not in NOT_RELEASED:
        assert module.name in fleet.services, f"add {module.name} to the services of fleet.yaml"
        assert fleet.services[module.name].owner == owner, "fleet.yaml and CODEOWNERS name different owners"
    description = read_template(ROOT / module.template)["Description"]
    assert description.startswith(f"milkrun {module.name} - "), f"{module.template}: begin with milkrun {module.name} -"
    assert description.endswith(f"(owner {owner})"), f"{module.template}: end its Description with (owner {owner})"


@every_module
def test_it_deploys_with_one_config_environment(module: Module) -> None:
    environments = config_environments()
    assert module.stack in environments, f"add the config environment {module.stack} to samconfig.toml"
    parameters: dict[str, dict[str, Any]] = {
        command: section.get("parameters", {}) for command, section in environments[module.stack].items()
    }
    everywhere = parameters.get("global", {})
    build, deploy = ({**everywhere, **parameters.get(command, {})} for command in ("build", "deploy"))
    built = f"{build.get('build_dir')}/template.yaml"

    assert deploy.get("stack_name") == module.stack
    if functions(module):
        assert build.get("template_file") == str(module.template)
        assert deploy.get("template_file") == built, "sam deploy must take what sam build built"
        assert parameters.get("local_invoke", {}).get("template_file") == built, "and sam local invoke too"
    else:
        assert deploy.get("template_file") == str(module.template), "nothing is built: it has no code"


@every_module
def test_one_pytest_and_one_mypy_run_see_it(module: Module) -> None:
    if not (ROOT / module.package).is_dir():
        return
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert str(module.folder) in tools["pytest"]["ini_options"]["pythonpath"], f"pyproject.toml: add {module.folder}"
    assert str(module.folder) in tools["mypy"]["mypy_path"], f"pyproject.toml: add {module.folder}"


@every_module
def test_it_runs_on_the_one_runtime(module: Module) -> None:
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    runtime = "python" + pinned.removeprefix("==").removesuffix(".*")
    common = read_template(ROOT / module.template).get("Globals", {}).get("Function", {})
    for key, function in functions(module).items():
        assert function["Properties"].get("Runtime", common.get("Runtime")) == runtime, f"{key}: Runtime is {runtime}"


def test_every_service_of_the_fleet_has_a_module() -> None:
    names = {module.name for module in MODULES}
    assert set(load_fleet(ROOT).services) <= names, "take it out of fleet.yaml, or add its folder"


def test_every_config_environment_belongs_to_a_module() -> None:
    stacks = {module.stack for module in MODULES}
    named = {name for name, value in config_environments().items() if isinstance(value, dict)} - {"default"}
    assert named <= stacks, "samconfig.toml: take out what no module has"
