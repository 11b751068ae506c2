"""`qdrill run --json` as people run it: exit code, document, files, and one plain line for what may not run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

import pytest

from qdrill.stores.base import Store
from tests.cli.runner import Ran, qdrill
from tests.drill.recipes import DOT4, points
from tests.drill.stages import unchanged
from tests.support.places import Kind, Recipe, make, new_name, open_place
from tests.support.processes import RunningServer

POINTS = points(range(1, 31))


def address(kind: Kind, place: Store, edge_dir: Path, name: str) -> str:
    """The address of a collection as a user writes it."""
    where = f"edge:{edge_dir}" if kind == "edge" else place.url  # type: ignore[attr-defined]
    return f"{where}/{quote(name, safe='')}"


class Shop:
    """A source, a target's name, and the command that drills the one into the other."""

    def __init__(self, kind: Kind, edge_dir: Path, url: str, folder: Path) -> None:
        self.kind, self.edge_dir, self.url, self.folder = kind, edge_dir, url, folder
        self.source, self.target = new_name("source"), new_name("target")
        with self.open() as place:
            make(place, self.source, Recipe(DOT4, POINTS))
            self.here, self.there = (address(kind, place, edge_dir, name) for name in (self.source, self.target))

    def open(self) -> AbstractContextManager[Store]:
        return open_place(self.kind, self.edge_dir, self.url, clean=False)

    def run(self, *more: str) -> Ran:
        return qdrill("run", "--source", self.here, "--target", self.there, "--json", *more, cwd=self.folder)


@pytest.fixture
def shop(kind: Kind, edge_dir: Path, server: RunningServer, tmp_path: Path) -> Iterator[Shop]:
    with open_place(kind, edge_dir, server.url) as cleaning:
        cleaning.close()
        yield Shop(kind, edge_dir, server.url, tmp_path)


def test_a_drill_from_the_command_line(shop: Shop) -> None:
    ran = shop.run("--delete-target", "--rto", "900")
    assert ran.code == 0, ran.err
    found = ran.json
    assert {"verdict", "reason", "record", "rta_seconds", "rpa_seconds", "checks"} <= set(found)
    assert (found["verdict"], found["exit_code"]) == ("pass", 0)
    record = shop.folder / found["record"]
    assert tomllib.loads(record.read_text())["verdict"] == "pass"
    shown = qdrill("record", "show", found["id"], cwd=shop.folder)
    assert (shown.code, shown.err, shown.out.strip()) == (0, "", record.read_text().strip())
    assert qdrill("record", "show", found["id"], "--json", cwd=shop.folder).json["problems"] == []
    assert sorted(path.name for path in (shop.folder / "artifacts" / "metrics").iterdir()) == [
        "ci_summary.txt",
        f"qdrant_backup_{quote(shop.source)}.json",
        f"qdrant_backup_{quote(shop.source)}.manifest.json",
    ]
    with shop.open() as place:
        assert shop.target not in place.collections()
        assert place.reader(shop.source).count() == 30


def test_exit_codes_tell_the_verdict(shop: Shop) -> None:
    assert shop.run("--rto", "0").code == 1
    again = shop.run("--replace", shop.target, "--text", "登录")
    assert (again.code, again.json["verdict"]) == (4, "inconclusive")
    assert "[embedders.ollama]" in again.json["reason"]
    refused = shop.run()
    assert refused.code == 2
    assert "exists" in refused.json["error"]


def test_a_drill_of_nothing_ends_with_4(shop: Shop) -> None:
    empty = new_name("empty")
    with shop.open() as place:
        make(place, empty, Recipe(DOT4))
        source, target = (address(shop.kind, place, shop.edge_dir, name) for name in (empty, new_name()))
    ran = qdrill("run", "--source", source, "--target", target, "--json", cwd=shop.folder)
    assert (ran.code, ran.json["verdict"]) == (4, "inconclusive")


SPELLINGS = [
    "http://localhost:{port}",
    "http://127.0.0.1:{port}",
    "http://[::1]:{port}",
    "http://localhost.:{port}/",
    "HTTP://LOCALHOST:{port}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_source_by_another_spelling_is_no_target(server: RunningServer, spelling: str, tmp_path: Path) -> None:
    with open_place("server", tmp_path, server.url) as place:
        name = make(place, new_name(), Recipe(DOT4, POINTS)).name
        target = f"{spelling.format(port=server.url.rpartition(':')[2]).rstrip('/')}/{quote(name)}"
        with unchanged(place, name):
            ran = qdrill(
                "run", "--source", f"{server.url}/{quote(name)}", "--target", target, "--replace", name, cwd=tmp_path
            )
    assert ran.code == 2
    assert "one place" in ran.error
    assert not (tmp_path / "artifacts").exists()


def test_an_alias_of_the_source_is_no_target(shop: Shop) -> None:
    alias = new_name("alias")
    with shop.open() as place:
        place.writer(shop.source).add_alias(alias)
        target = address(shop.kind, place, shop.edge_dir, alias)
    for name in (alias, shop.source):
        ran = qdrill("run", "--source", shop.here, "--target", target, "--replace", name, cwd=shop.folder)
        assert (ran.code, "is the source" in ran.error) == (2, True)
    with shop.open() as place:
        assert place.reader(alias).name == shop.source
        assert place.reader(shop.source).count() == 30


def test_an_alias_can_be_the_source(shop: Shop) -> None:
    alias = new_name("alias")
    with shop.open() as place:
        place.writer(shop.source).add_alias(alias)
        source = address(shop.kind, place, shop.edge_dir, alias)
    ran = qdrill("run", "--source", source, "--target", shop.there, "--json", cwd=shop.folder)
    assert (ran.code, ran.json["verdict"]) == (0, "pass"), ran.err
