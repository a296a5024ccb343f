"""What the documents say is there: links lead somewhere, and commands exist."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer.main
from click import Group
from typer.core import TyperGroup

from tests.support.tree import ROOT, below, text

DOCUMENTS = below(suffix=".md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^ {4}(.+)$|`([^`\n]+)`", re.MULTILINE)
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path) for path in DOCUMENTS])


def anchors(document: Path) -> set[str]:
    """Anchors of a document's headings, as a forge makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@every_document
def test_its_links_lead_somewhere(document: Path) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", text(document))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (ROOT / document.parent / path).resolve() if path else ROOT / document
        if not target.exists():
            dead.append(f"{link}: there is no such file")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.relative_to(ROOT)):
            dead.append(f"{link}: there is no such heading")
    assert dead == []


def commands(document: Path) -> list[list[str]]:
    """Every command in code blocks and in backticks that begins with make or milkrun."""
    content = text(document)
    lines = [line for block in FENCE.findall(content) for line in block.splitlines()[1:-1]]
    lines += [first or second for first, second in CODE.findall(FENCE.sub("", content))]
    parts = [part.strip().removeprefix("$ ") for line in lines for part in re.split(r"&&|\||;", line.split(" #")[0])]
    return [part.split() for part in parts if re.match(r"(make|milkrun|\.venv/bin/milkrun) [a-z]", part)]


@every_document
def test_its_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", text(Path("Makefile")), re.MULTILINE))
    named = {
        word
        for command in commands(document)
        if command[0] == "make"
        for word in command[1:]
        if re.match(r"[a-z-]+$", word)
    }
    assert named <= targets, "add the target to the Makefile, or mend the document"


@every_document
def test_its_milkrun_commands_exist(document: Path) -> None:
    from milkrun.cli.root import app  # noqa: PLC0415 — a broken command line must not hide the other documents' tests

    unknown = [" ".join(words) for words in commands(document) if words[0] != "make" and not known(app, words[1:])]
    assert unknown == [], "add the command, or mend the document"


def known(app: typer.Typer, words: list[str]) -> bool:
    """Whether the words begin with a command, down to one that has no commands below it."""
    command = typer.main.get_command(app)
    for word in (word for word in words if not word.startswith("-")):
        if not isinstance(command, Group | TyperGroup):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True
