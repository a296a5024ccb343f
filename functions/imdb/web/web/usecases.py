"""One function per page that a visitor can ask for."""

from collections.abc import Sequence

from web.domain.errors import NoSuchPage
from web.domain.pages import FrontPage, NamePage, TitlePage, front_page, name_page, title_page
from web.domain.wording import is_id
from web.ports import Graph
from web.questions import question
from web.tracing import Trace


def show_front(featured: Sequence[str], graph: Graph, trace: Trace) -> FrontPage:
    """The first page, with the people and titles of these ids."""
    asked = {f"{kind}s": [one for one in featured if is_id(kind, one)] for kind in ("name", "title")}
    return front_page(graph.ask(question("FrontPage"), asked, trace))


def show_name(name_id: str, graph: Graph, trace: Trace) -> NamePage:
    """A person's page. Raises NoSuchPage, at no cost where the id has not the form of one."""
    if not is_id("name", name_id):
        raise NoSuchPage("That is not the id of a person: an id begins with nm, then 7 or more digits.")
    return name_page(name_id, graph.ask(question("NamePage"), {"id": name_id}, trace))


def show_title(title_id: str, graph: Graph, trace: Trace) -> TitlePage:
    """A title's page. Raises NoSuchPage, at no cost where the id has not the form of one."""
    if not is_id("title", title_id):
        raise NoSuchPage("That is not the id of a title: an id begins with tt, then 7 or more digits.")
    return title_page(title_id, graph.ask(question("TitlePage"), {"id": title_id}, trace))
