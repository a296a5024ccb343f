"""Who may import whom, and how long anything may be.  The findings name file, line and mend."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun.where import find_modules
from tests.support.machine import lacking
from tests.support.tree import ROOT, below, files, imports, parsed, text

THE_ONE_PLACE = Path("tests/support/machine.py")
MAX_FUNCTION_LINES = 50
MAX_FILE_LINES = 400
PACKAGES = {module.package.name: module.folder for module in find_modules(ROOT)}
# A rule that reads the clock, the network or the environment cannot be tested by its inputs alone.
IMPURE = {
    "asyncio", "http", "importlib", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "getenv", "open", "print", "input"}
EMULATOR = re.compile(
    r"mini_?stack|local_?stack|emulator|moto\b|AWS_ENDPOINT_URL|AWS_SAM_LOCAL|local cloud|\b4566\b", re.I
)
# In two pieces, so that the search for it does not find itself.
BRANCH_FOR_LOCAL = re.compile(r"\bif" + r" (not )?local")
# A client that is not an SDK honors the SDKs' documented settings.
SETTINGS_OF_SDKS = re.compile(r'environment\.get\("AWS_ENDPOINT_URL(_LAMBDA)?"\)')
BRANCH_FOR_PLACE = re.compile(r"\bis_?local\b|\bis_?aws\b|environment *==", re.I)


def python(*folders: str) -> list[Path]:
    return below(*folders, suffix=".py")


def test_modules_do_not_import_each_other() -> None:
    found = [
        f"{path}:{line}: imports {name}; modules meet in contracts (HTTP, GraphQL, events)"
        for path in python("functions")
        for name, line in imports(path)
        if (top := name.partition(".")[0]) in PACKAGES and not path.is_relative_to(PACKAGES[top])
    ]
    assert found == []


def test_functions_and_layers_do_not_import_the_operators_tools() -> None:
    found = [
        f"{path}:{line}: imports {name}; what functions share belongs in a layer"
        for path in python("functions", "layers")
        for name, line in imports(path)
        if name.partition(".")[0] in ("milkrun", "tests", "bench")
    ]
    assert found == []


def test_layers_hold_mechanism_and_no_business() -> None:
    found = [
        f"{path}:{line}: imports {name}; a layer knows no module"
        for path in python("layers")
        for name, line in imports(path)
        if name.partition(".")[0] in PACKAGES
    ]
    assert found == []


def domain_files() -> list[Path]:
    return [path for path in python("functions") if "domain" in path.parts[2:-1]]


def allowed_in_domain(package: str, name: str) -> bool:
    top = name.partition(".")[0]
    own = name in (f"{package}.errors", f"{package}.domain") or name.startswith(f"{package}.domain.")
    return own or name == "milkrun_core.errors" or (top in sys.stdlib_module_names and top not in IMPURE)


def test_the_domain_imports_pure_things_only() -> None:
    found = [
        f"{path}:{line}: imports {name}; the domain gets what it needs as arguments"
        for path in domain_files()
        for name, line in imports(path)
        if not allowed_in_domain(path.parts[path.parts.index("domain") - 1], name)
    ]
    assert found == []


def test_the_domain_reads_no_clock_and_makes_no_chance() -> None:
    found = [
        f"{path}:{node.lineno}: calls {name}; take its result as an argument"
        for path in domain_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and (name := _called(node)) in IMPURE_CALLS
    ]
    assert found == []


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_functions_are_short() -> None:
    found = [
        f"{path}:{node.lineno}: {node.name} has {length} lines, {MAX_FUNCTION_LINES} at most: take a step out"
        for path in python()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert found == []


def test_files_are_short() -> None:
    found = [
        f"{path}: {length} lines, {MAX_FILE_LINES} at most: what is a module of its own?"
        for path in python()
        if (length := len(text(path).splitlines())) > MAX_FILE_LINES
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    found = [
        f"{path}: add a docstring" for path in python() if text(path).strip() and not ast.get_docstring(parsed(path))
    ]
    assert found == []


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for number, line in enumerate(text(path).splitlines(), 1):
            if pattern.search(line):
                yield f"{path}:{number}: {line.strip()[:120]}"


def test_no_code_asks_whether_it_runs_locally() -> None:
    found = list(lines_with(BRANCH_FOR_LOCAL, [path for path in files() if path.name != "uv.lock"]))
    found += lines_with(BRANCH_FOR_PLACE, below("functions", "layers", "statemachines"))
    assert found == [], "what differs is a parameter, a name in fleet.local.yaml, or the launcher's matter"


def test_what_is_deployed_knows_of_no_emulator() -> None:
    deployed = [*below("functions", "layers", "statemachines"), Path("template.yaml")]
    named = lines_with(EMULATOR, [path for path in deployed if (ROOT / path).is_file()])
    found = [line for line in named if not SETTINGS_OF_SDKS.search(line)]
    assert found == [], "the same code and templates go to AWS: say it without naming the local cloud"


def test_fakes_are_written_and_not_mocked() -> None:
    found = [
        f"{path}:{line}: imports {name}; write a fake that raises the real errors"
        for path in python("tests")
        for name, line in imports(path)
        if name.startswith("unittest.mock") or name == "unittest"
    ]
    assert found == []


def test_a_test_is_left_out_in_one_place_only_which_fails_where_all_are_required() -> None:
    """Said with its reason (`-rs`), for what a machine lacks; never for what the code does not do."""
    skip = re.compile(r"pytest\.(skip|xfail|importorskip|exit)\b|mark\.(skip|skipif|xfail)\b|\bSkipTest\b")
    elsewhere = [path for path in python("tests") if path not in (THE_ONE_PLACE, Path(__file__).relative_to(ROOT))]
    assert list(lines_with(skip, elsewhere)) == []
    assert "-rs" in text(Path("pyproject.toml"))
    assert "export MILKRUN_REQUIRE_ALL=1" in text(Path(".ci/run"))


@pytest.mark.parametrize(("required", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_a_machine_lacks_fails_where_all_is_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("MILKRUN_REQUIRE_ALL", required)
    with pytest.raises(outcome, match="no Chromium"):
        lacking("no Chromium")


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|raise NotImplemented" + "Error")
    assert list(lines_with(later, below(suffix=".py") + below(suffix=".yaml") + below(suffix=".md"))) == []
