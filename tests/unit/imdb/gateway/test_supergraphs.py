"""Which supergraph is served: polling, failures, and the change from one to the next."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from gateway import supergraphs
from gateway.domain.errors import RegistryUnusable, SupergraphMissing

from tests.support.front import AWAY, KNOWN_FOR, Doors, MemorySource, content, json_of, posted

BOTH = "{ version }"


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def generation(doors: Doors) -> int | None:
    served = doors.supergraphs.served
    return served.reference.generation if served else None


async def test_what_is_published_is_served_by_a_later_request() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    doors.source.published = content(generation=2, note="second")
    first = await doors.ask(posted("{ second }"))
    await until(lambda: generation(doors) == 2)
    later = await doors.ask(posted("{ second }"))
    assert (first["statusCode"], later["statusCode"]) == (400, 200)


async def test_a_request_that_can_be_served_does_not_wait_for_the_registry() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    doors.source.gate = asyncio.Event()
    doors.source.published = content(generation=2, note="second")
    async with asyncio.timeout(2):
        for _ in range(3):
            assert (await doors.ask(posted(BOTH)))["statusCode"] == 200
    assert doors.source.looks == 2, "one look is under way, and no other beside it"
    doors.source.gate.set()
    await until(lambda: generation(doors) == 2)


async def test_it_looks_no_more_often_than_it_shall() -> None:
    doors = Doors(every=60)
    for _ in range(5):
        await doors.ask(posted(BOTH))
    assert doors.source.looks == 1


async def test_what_did_not_change_is_not_loaded_again() -> None:
    doors = Doors()
    for _ in range(3):
        await doors.ask(posted(BOTH))
        await asyncio.sleep(0)
    assert (doors.source.looks > 1, doors.source.loads) == (True, 1)


async def test_the_same_supergraph_in_a_new_generation_keeps_its_engine() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    before = doors.supergraphs.served
    assert before is not None
    again = content()
    doors.source.published = replace(again, reference=replace(again.reference, generation=2))
    await doors.ask(posted(BOTH))
    await until(lambda: generation(doors) == 2)
    served = doors.supergraphs.served
    assert served is not None
    assert served.engine is before.engine


async def test_the_last_good_one_is_served_while_the_registry_is_away() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    doors.source.away = AWAY
    for _ in range(3):
        assert (await doors.ask(posted(BOTH)))["statusCode"] == 200
        await asyncio.sleep(0)
    told = doors.lines.errors("no new supergraph")
    assert told[0]["serving"] == 1
    assert told[-1]["failures"] == doors.supergraphs.failures > 0


async def test_looks_that_fail_become_rare_and_one_that_succeeds_makes_them_as_usual() -> None:
    doors = Doors(every=0.02)
    await doors.ask(posted(BOTH))
    doors.source.away = AWAY
    looks = doors.source.looks
    clock = asyncio.get_running_loop().time
    began = clock()
    while clock() - began < 0.5:
        await doors.ask(posted(BOTH))
        await asyncio.sleep(0.002)
    assert doors.source.looks - looks <= 6, "0.04, 0.08, 0.16 and 0.32 seconds apart"
    doors.source.away = None
    await asyncio.sleep(1)
    await doors.ask(posted(BOTH))
    await until(lambda: doors.supergraphs.failures == 0)


async def test_a_corrupt_artefact_of_the_right_digest_costs_only_time() -> None:
    """Made by another version of the library: tables and plans are made anew."""
    found = content()
    doors = Doors(source=MemorySource(replace(found, artefact=b"not a pickle")))
    assert (await doors.ask(posted(KNOWN_FOR)))["statusCode"] == 200


async def test_what_cannot_be_served_leaves_the_last_good_one_and_is_tried_again() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    good = content(generation=2, note="second")
    doors.source.published = replace(good, sdl="type Query", artefact=b"")
    await doors.ask(posted(BOTH))
    await until(lambda: doors.supergraphs.failures > 0)
    assert generation(doors) == 1
    doors.source.published = good
    await until(lambda: _asked(doors) and generation(doors) == 2)


def _asked(doors: Doors) -> bool:
    doors.supergraphs._next = 0.0
    asyncio.get_running_loop().create_task(doors.ask(posted(BOTH)))
    return True


@pytest.mark.parametrize("away", [AWAY, RegistryUnusable("broken"), RuntimeError("a bug")])
async def test_a_cold_start_tries_with_every_request(away: Exception) -> None:
    doors = Doors(source=MemorySource(content(), away=away), every=60)
    assert (await doors.ask(posted(BOTH)))["statusCode"] == 503
    doors.source.away = None
    assert (await doors.ask(posted(BOTH)))["statusCode"] == 200


async def test_nothing_published_is_not_a_fault() -> None:
    doors = Doors(source=MemorySource())
    with pytest.raises(SupergraphMissing):
        await doors.supergraphs.serving()


async def test_an_address_of_an_unknown_kind_is_not_served() -> None:
    found = content()
    strange = replace(found, sdl=found.sdl.replace("test:people", "carrier-pigeon:people"), artefact=b"")
    answer = await Doors(source=MemorySource(strange)).ask(posted(BOTH))
    assert (answer["statusCode"], json_of(answer)["code"]) == (503, "RegistryUnusable")
    assert "carrier-pigeon" in json_of(answer)["detail"]


async def test_no_request_meets_two_supergraphs() -> None:
    """While supergraphs change, every answer is whole by one of them: ``first`` and ``second`` never come together."""
    first, second = content(generation=1, note="first"), content(generation=2, note="second")
    doors = Doors(source=MemorySource(first))
    done = asyncio.Event()

    async def change() -> None:
        for number in range(1, 30):
            chosen = second if number % 2 else first
            doors.source.published = replace(chosen, reference=replace(chosen.reference, generation=number + 1))
            await until(lambda number=number: (generation(doors) or 0) > number)  # type: ignore[misc]
        done.set()

    async def ask() -> set[str]:
        seen = set()
        while not done.is_set():
            names = json_of(await doors.ask(posted('{ __type(name: "Query") { fields { name } } }')))
            fields = {field["name"] for field in names["data"]["__type"]["fields"]}
            seen.add(",".join(sorted(fields & {"first", "second"})))
            await asyncio.sleep(0)
        return seen

    _, *seen = await asyncio.gather(change(), *(ask() for _ in range(5)))
    assert set().union(*(one for one in seen if one)) == {"first", "second"}
    assert doors.lines.errors("no new supergraph") == []


async def test_a_request_that_is_under_way_ends_with_what_it_began_with() -> None:
    doors = Doors()
    await doors.ask(posted(BOTH))
    doors.graphlets.gate = asyncio.Event()
    asked = asyncio.create_task(doors.ask(posted(KNOWN_FOR)))
    await until(lambda: len(doors.graphlets.calls) > 1)
    doors.source.published = content("people", generation=2, known=())
    await doors.supergraphs.serving()
    await until(lambda: generation(doors) == 2)
    doors.graphlets.gate.set()
    assert json_of(await asked)["data"]["name"]["knownFor"][0]["rating"] == 7.5


async def test_what_was_replaced_gives_up_its_connections_once_nothing_uses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supergraphs, "GRACE_SECONDS", 0.0)
    doors = Doors()
    await doors.ask(posted(BOTH))
    assert doors.graphlets.closed == 0
    doors.source.published = content(generation=2, note="second")
    await doors.ask(posted(BOTH))
    await until(lambda: doors.graphlets.closed == 1)
