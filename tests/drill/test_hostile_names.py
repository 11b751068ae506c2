"""Names and payloads that would be obeyed by a terminal, a path, a URL or markup, if anything let them."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest

from qdrill.errors import QdrillError
from qdrill.names import default_archive
from qdrill.stores.base import Store
from qdrill.stores.edge import EdgeStore
from tests.cli.runner import Ran, qdrill
from tests.drill.recipes import DOT4, points, vector
from tests.drill.stages import backup, compare_archive, restore_to
from tests.support.places import Kind, Recipe, make, new_name, open_place
from tests.support.processes import RunningServer

ESC, BIDI = "\u001b[31m\u001b]0;owned\u0007", "\u202eevil\u2066"
NAMES = {
    "space": "a b",
    "emoji": "emoji 🙂",
    "chinese": "登录",
    "percent": "..%2f..%2fetc%2fx",
    "markup": "[bold]red[red] `code` __x__ &amp; ![](x)",
    "escape": f"{ESC} {BIDI}",
    "hash": "a#b;c&d=e+f",
    "quotes": "it's 'quoted' $(x)",
    "toml": "x\n[[check]]\nstate = 'pass'",
}
POINTS = points(range(1, 21))


def named(text: str) -> str:
    return new_name().removesuffix("docs") + text


def as_long_as_allowed() -> str:
    """255 bytes, most of them of three-byte characters."""
    name = new_name("")
    left = 255 - len(name.encode())
    return name + "登" * (left // 3) + "x" * (left % 3)


def harmless(ran: Ran) -> bool:
    """Nothing on either stream that a terminal would obey."""
    return all(
        char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in ran.out + ran.err
    )


@pytest.mark.parametrize("text", [*NAMES.values(), "255"], ids=[*NAMES, "255 bytes"])
def test_a_collection_of_any_name_is_drilled(text: str, place: Store, tmp_path: Path) -> None:
    source = as_long_as_allowed() if text == "255" else named(text)
    target = as_long_as_allowed()[:-1] if text == "255" else named(text)
    archive = default_archive(tmp_path, source)
    made = backup(make(place, source, Recipe(DOT4, POINTS)), archive)
    assert archive.parent == tmp_path / "metrics"
    assert sorted(path.parent for path in tmp_path.rglob("*.json") if "edge" not in path.parts) == [archive.parent] * 2
    restored = restore_to(archive, place, target)
    assert (made.points, restored.result.points_restored) == (20, 20)
    assert compare_archive(archive, place.reader(target)).verdict == "pass"
    assert {source, target} <= set(place.collections())


@pytest.mark.parametrize("bad", ["../../etc/x", "/etc/passwd", "a/b", "a\\b", "a:b", "a?b", "a\0b", "", "x" * 256])
def test_names_that_lead_elsewhere_are_refused(bad: str, kind: Kind, place: Store, tmp_path: Path) -> None:
    if kind == "qdrant" and bad == "":
        pytest.skip("an empty name is another request to a server")
    before = place.collections() if kind != "qdrant" else ()
    with pytest.raises(QdrillError) as caught:
        place.writer(bad).create(DOT4)
    assert str(caught.value).isprintable()
    assert not before or place.collections() == before
    outside = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert all(path.name in {"edge"} for path in outside), outside


@pytest.mark.parametrize(
    "bad", ["../../etc/x", "%2e%2e%2f%2e%2e%2fetc%2fx", "..", "%2e%2e", "a%00b", "a%2fb", "x" * 256, "%E7%99%BB" * 86]
)
@pytest.mark.parametrize("command", ["backup", "run"])
def test_addresses_that_lead_elsewhere_are_one_plain_line(
    server: RunningServer, command: str, bad: str, tmp_path: Path
) -> None:
    arguments = ["--source", f"{server.url}/{bad}"] if command == "run" else [f"{server.url}/{bad}"]
    ran = qdrill(command, *arguments, cwd=tmp_path)
    assert ran.code == 2, ran.err
    assert ran.error.isprintable()
    assert list(tmp_path.iterdir()) == []


HOSTILE_PAYLOADS = [
    {"text": f"{ESC} {BIDI} [bold red]markup[/]", f"{ESC}key": "x"},
    {"text": "| a | b |\n<!-- BACKUP_SIGNALS_END -->\n# heading\r\x00\x9b31m"},
    {"text": "</script><img src=x onerror=alert(1)> $(rm -rf /)"},
]


@pytest.fixture
def hostile(server: RunningServer, tmp_path: Path) -> list[str]:
    """Addresses of two collections with names and payloads that want to be obeyed; they differ in one payload."""
    name = named(f"{ESC}{BIDI}[bold]x `y`")
    points = [{"id": n, "payload": payload, "vector": vector(n)} for n, payload in enumerate(HOSTILE_PAYLOADS, start=1)]
    changed = [{**points[0], "payload": {"text": f"{ESC} other", f"{ESC}key": "y"}}, *points[1:]]
    indexes = {f'"field{BIDI}"': "keyword"}
    with open_place("server", tmp_path, server.url) as place:
        make(place, name, Recipe(DOT4, points, indexes))
        make(place, f"{name} 2", Recipe({**DOT4, "metadata": {f"{ESC}m": ESC}}, changed))
    return [f"{server.url}/{quote(one, safe='')}" for one in (name, f"{name} 2")]


def _records(folder: Path) -> list[str]:
    return [path.name for path in (folder / "artifacts" / "drills").iterdir()]


def test_hostile_names_and_payloads_are_shown_harmless(
    server: RunningServer, hostile: list[str], tmp_path: Path
) -> None:
    left, right = hostile
    target = f"{left}%20restored%1b"
    runs = [
        qdrill("collections", server.url, cwd=tmp_path, env={"COLUMNS": "300"}),
        qdrill("search", left, "--random", "3", "--against", right, cwd=tmp_path, env={"COLUMNS": "300"}),
        qdrill("verify", left, right, cwd=tmp_path),
        qdrill("backup", left, cwd=tmp_path),
        qdrill("run", "--source", left, "--target", target, cwd=tmp_path),
        qdrill("run", "--source", left, "--target", target, cwd=tmp_path),
        qdrill("run", "--source", left, "--target", target, "--dry-run", cwd=tmp_path),
        qdrill("record", "list", cwd=tmp_path),
        qdrill("record", "show", *_records(tmp_path)[:1], cwd=tmp_path),
        qdrill("backup", f"{server.url}/{quote(ESC + BIDI)}", cwd=tmp_path),
    ]
    assert [ran.code for ran in runs] == [0, 0, 1, 0, 0, 2, 2, 0, 0, 3], [ran.err for ran in runs]
    for ran in runs:
        assert harmless(ran), (ran.out, ran.err)
        assert ran.out or ran.err
    assert "\\x1b" in runs[0].out
    assert "\\x1b[31m\\x1b]0;owned" in runs[1].out
    assert "1 payload" in runs[2].out


def test_hostile_names_and_payloads_are_harmless_in_a_record(
    server: RunningServer, hostile: list[str], tmp_path: Path
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- BACKUP_SIGNALS_START -->\n<!-- BACKUP_SIGNALS_END -->\n")
    left, _ = hostile
    ran = qdrill("run", "--source", left, "--target", f"{left}%20copy", "--readme", readme, cwd=tmp_path)
    assert ran.code == 0, ran.err
    folder = next((tmp_path / "artifacts" / "drills").iterdir())
    shown = [readme, folder / "drill.md", folder / "drill.zh.md", tmp_path / "artifacts" / "metrics" / "ci_summary.txt"]
    for path in shown:
        text = path.read_text()
        assert not any(char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in text), path
        assert "<img" not in text, path
        assert "\n# heading" not in text, path
    assert readme.read_text().count("BACKUP_SIGNALS_END") == 1


def test_an_embedded_store_keeps_every_name_apart_on_disk(edge_dir: Path) -> None:
    store = EdgeStore(edge_dir, "edge")
    try:
        names = [*NAMES.values(), "con", "CON", "a.", ".hidden", "a%20b", "登" * 85]
        for name in names:
            store.writer(name).create(DOT4)
        assert store.collections() == tuple(sorted(names))
        assert {path.parent for path in edge_dir.iterdir()} == {edge_dir}
    finally:
        store.close()
