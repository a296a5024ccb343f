"""Where everything of a module lies.  A module's name is a path, so every place follows from it.

``milkrun where`` prints the places, the house tests keep them true, and the tests of ``sam local invoke`` find the
templates here: no list of modules is kept anywhere.
"""

import difflib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from milkrun.errors import MilkrunError
from milkrun.fleet import Fleet

CONTRACTS = ("openapi.yaml", "schema.graphql")


class UnknownModule(MilkrunError):
    """No folder below functions/ has that name."""

    exit_code = 2


@dataclass(frozen=True)
class Module:
    """One module: one name, one stack, one team.  All paths are relative to the repository."""

    name: str
    folder: Path
    template: Path

    @property
    def stack(self) -> str:
        """Name of its stack, of its config environment in samconfig.toml, and of its pages in docs/."""
        return self.name.replace("/", "-")

    @property
    def package(self) -> Path:
        return self.folder / self.folder.name

    @property
    def events(self) -> Path:
        return Path("events") / self.name

    @property
    def page(self) -> Path:
        return Path("docs/modules") / f"{self.stack}.md"

    @property
    def runbook(self) -> Path:
        return Path("docs/runbooks") / f"{self.stack}.md"

    def contract(self, root: Path) -> Path | None:
        """What it promises to its callers; None where nobody calls it by HTTP or GraphQL."""
        return next((self.folder / name for name in CONTRACTS if (root / self.folder / name).exists()), None)

    def tests(self, root: Path) -> list[Path]:
        """Its folders below tests/, one per kind of test that it has."""
        kinds = (
            sorted(path for path in (root / "tests").iterdir() if path.is_dir()) if (root / "tests").exists() else []
        )
        return [(kind / self.name).relative_to(root) for kind in kinds if (kind / self.name).is_dir()]


def find_modules(root: Path) -> list[Module]:
    """Every module below functions/, in the order of their names.

    A folder right below functions/ is a module if it has a template or a package of its own name (``delivery``, whose
    template is the root's); otherwise it is a system, and every folder in it is a module.
    """
    found = []
    for system in _folders(root / "functions"):
        if (system / "template.yaml").exists() or (system / system.name).is_dir():
            found.append(_module(root, system, system.name))
        else:
            found.extend(_module(root, folder, f"{system.name}/{folder.name}") for folder in _folders(system))
    return found


def find_module(root: Path, name: str) -> Module:
    """The module of that name; where there is none, the error suggests the nearest."""
    modules = {module.name: module for module in find_modules(root)}
    wanted = name.strip().removeprefix("functions/").strip("/")
    if wanted in modules:
        return modules[wanted]
    by_stack = {module.stack: module for module in modules.values()}
    if wanted in by_stack:
        return by_stack[wanted]
    near = difflib.get_close_matches(wanted, modules, n=3, cutoff=0.4)
    # Somebody who leaves out the system means a module of that name, perhaps misspelled.
    last_words = {known.rpartition("/")[2]: known for known in modules}
    meant = difflib.get_close_matches(wanted.rpartition("/")[2], last_words, n=2)
    near += [last_words[word] for word in meant if last_words[word] not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(modules)}."
    raise UnknownModule(f"there is no module {name!r}; {hint}")


def places(root: Path, module: Module, fleet: Fleet) -> dict[str, str | list[str]]:
    """Name of each place → where it is, for people and machines.  A place that is not there is left out."""
    service = fleet.services.get(module.name)
    contract = module.contract(root)
    owner = service.owner if service else owner_of(root, module.folder)
    found: dict[str, str | list[str]] = {
        "module": module.name,
        "owner": _with_page(owner, fleet),
        "code": _existing(root, module.package),
        "template": _existing(root, module.template),
        "contract": str(contract or ""),
        "events": _existing(root, module.events),
        "tests": [str(path) for path in module.tests(root)],
        "docs": _existing(root, module.page),
        "runbook": _existing(root, module.runbook),
        "stack": module.stack,
        "config environment": module.stack,
        "targets": [target.name for wave in fleet.stops(module.name) for target in wave.targets] if service else [],
    }
    return {name: place for name, place in found.items() if place}


def owner_of(root: Path, path: Path) -> str | None:
    """Owner of a path by CODEOWNERS: as GitHub reads it, the last line that matches counts."""
    file = root / "CODEOWNERS"
    owner = None
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        words = line.partition("#")[0].split()
        if len(words) > 1 and _matches(words[0], path):
            owner = words[1].rpartition("/")[2].lstrip("@")
    return owner


def _matches(pattern: str, path: Path) -> bool:
    wanted = pattern.strip("/")
    candidates = (path, *path.parents)
    return wanted == "*" or any(fnmatch(str(candidate), wanted) for candidate in candidates)


def _module(root: Path, folder: Path, name: str) -> Module:
    own = folder.relative_to(root) / "template.yaml"
    # The root template is the one stack that is deployed by hand; its code lies in functions/delivery.
    template = own if (root / own).exists() or name != "delivery" else Path("template.yaml")
    return Module(name, folder.relative_to(root), template)


def _folders(parent: Path) -> list[Path]:
    if not parent.exists():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))


def _existing(root: Path, path: Path) -> str:
    return str(path) if (root / path).exists() else ""


def _with_page(owner: str | None, fleet: Fleet) -> str:
    if owner is None:
        return ""
    return f"{owner} ({fleet.owners[owner].page})" if owner in fleet.owners else owner
