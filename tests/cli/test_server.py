"""The commands against a server: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.conftest import MakeCollection
from tests.cli.runner import qdrill
from tests.support.collections import make_server_collection, point
from tests.support.processes import RunningServer, start_server

BACKUP_KEYS = ["archive", "points", "bytes", "seconds", "points_per_second", "writer", "digest"]
RESTORE_KEYS = ["points_expected", "points_restored", "rejected", "seconds", "moments"]
VERIFY_KEYS = [
    *("verdict", "compared", "equal", "missing", "extra", "vector", "payload", "float_drift"),
    *("config", "differences"),
]


def backed_up(address: str, folder: Path) -> Path:
    assert qdrill("backup", address, "-o", "a.json", cwd=folder).code == 0
    return folder / "a.json"


def test_backup_restore_verify_by_json(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection(points=50)
    made = qdrill("backup", source, "--json", cwd=tmp_path)
    assert made.code == 0
    assert list(made.json)[: len(BACKUP_KEYS)] == BACKUP_KEYS
    assert made.json["points"] == len(json.loads((tmp_path / made.json["archive"]).read_text())) == 50
    assert made.json["archive"] == f"artifacts/metrics/qdrant_backup_{source.rpartition('/')[2]}.json"

    restored = qdrill("--json", "restore", made.json["archive"], f"{source}_r", cwd=tmp_path)
    assert restored.code == 0
    assert list(restored.json)[: len(RESTORE_KEYS)] == RESTORE_KEYS
    assert (restored.json["points_expected"], restored.json["points_restored"]) == (50, 50)
    assert restored.json["rejected"] == []
    assert restored.json["moments"]["created"] <= restored.json["moments"]["loaded"]

    for left in (source, made.json["archive"]):
        verified = qdrill("verify", left, f"{source}_r", "--json", cwd=tmp_path)
        assert verified.code == 0
        assert list(verified.json)[: len(VERIFY_KEYS)] == VERIFY_KEYS
        assert (verified.json["verdict"], verified.json["compared"], verified.json["equal"]) == ("pass", 50, 50)


def test_text_for_people(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection()
    archive = backed_up(source, tmp_path)
    restored = qdrill("restore", archive, f"{source}_r", cwd=tmp_path)
    assert "points    20 of 20, counted there" in restored.out
    verified = qdrill("verify", source, f"{source}_r", "--searches", "2", cwd=tmp_path)
    assert verified.code == 0
    assert verified.out.endswith("pass  all 20 points are the same, and 2 searches answered alike\n")


def test_quiet_says_nothing_on_stderr(collection: MakeCollection, tmp_path: Path) -> None:
    assert qdrill("backup", collection(), "-q", cwd=tmp_path).err == ""


def test_the_runbooks_variables_are_the_defaults(
    collection: MakeCollection, server: RunningServer, tmp_path: Path
) -> None:
    name = collection().rpartition("/")[2]
    made = qdrill("backup", "--json", cwd=tmp_path, env={"QDRANT_URL": server.url, "RAG_COLLECTION": name})
    assert made.json["points"] == 20
    variables = {
        "QDRANT_URL": server.url,
        "RAG_COLLECTION": f"{name}_again",
        "BACKUP_JSON": made.json["archive"],
    }
    assert qdrill("restore", cwd=tmp_path, env=variables).code == 0
    assert qdrill("verify", f"{server.url}/{name}", f"env/{name}_again", cwd=tmp_path, env=variables).code == 0


def test_an_empty_collection_is_backed_up_and_proves_nothing(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection(points=0)
    made = qdrill("backup", source, "-o", "a.json", "--json", cwd=tmp_path)
    assert (made.code, made.json["points"]) == (0, 0)
    restored = qdrill("restore", "a.json", f"{source}_r", "--json", cwd=tmp_path)
    assert (restored.code, restored.json["points_restored"]) == (4, 0)
    verified = qdrill("verify", source, f"{source}_r", cwd=tmp_path)
    assert verified.code == 4
    assert "inconclusive  there is no point to compare" in verified.out


def test_each_difference_is_named(collection: MakeCollection, server: RunningServer, tmp_path: Path) -> None:
    archive = backed_up(collection(points=10), tmp_path)
    rows = [point(number, 4) for number in range(1, 11)]
    rows[1]["payload"]["text"] = "别的"
    rows[2]["vector"][0] += 0.5
    rows[3]["id"] = 99
    (tmp_path / "changed.json").write_text(json.dumps(rows))
    target = f"{server.url}/{archive.stem}_changed"
    assert qdrill("restore", "changed.json", target, "--distance", "Dot", cwd=tmp_path).code == 0
    ran = qdrill("verify", archive, target, "--ignore-config", "--json", cwd=tmp_path)
    assert ran.code == 1
    assert ran.json["verdict"] == "fail"
    assert {(one["id"], one["class"]) for one in ran.json["differences"]} == {
        (2, "payload"),
        (3, "vector"),
        (4, "missing"),
        (99, "extra"),
    }
    text = qdrill("verify", archive, target, "--ignore-config", cwd=tmp_path).out
    assert text.endswith("fail  1 missing, 1 extra, 1 vector, 1 payload\n")
    assert "别的" in text


def test_configuration_counts_unless_ignored(collection: MakeCollection, tmp_path: Path) -> None:
    left, right = collection(points=5, dims=4), collection(points=5, dims=8)
    ran = qdrill("verify", left, right, cwd=tmp_path)
    assert ran.code == 1
    assert "config.params.vectors.size" in ran.out


@pytest.mark.parametrize("level", ["count", "sample"])
def test_less_than_everything_never_passes(collection: MakeCollection, tmp_path: Path, level: str) -> None:
    source = collection()
    qdrill("restore", backed_up(source, tmp_path), f"{source}_r", cwd=tmp_path)
    ran = qdrill("verify", source, f"{source}_r", "--level", level, "--json", cwd=tmp_path)
    assert (ran.code, ran.json["verdict"]) == (4, "inconclusive")


def test_the_same_place_under_two_names(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection()
    other = source.replace("127.0.0.1", "localhost")
    assert other != source
    for command in (("verify", source, other), ("search", source, "--random", "1", "--against", other)):
        ran = qdrill(*command, cwd=tmp_path)
        assert ran.code == 2
        assert "are the same collection" in ran.err
    archive = backed_up(source, tmp_path)
    ran = qdrill("restore", archive, other, "--replace", source.rpartition("/")[2], cwd=tmp_path)
    assert ran.code == 2
    assert "never writes into its source" in ran.error
    assert qdrill("verify", archive, source, cwd=tmp_path).code == 0


def test_what_exists_is_replaced_only_by_name(collection: MakeCollection, tmp_path: Path) -> None:
    archive, target = backed_up(collection(), tmp_path), collection(points=3)
    name = target.rpartition("/")[2]
    ran = qdrill("restore", archive, target, cwd=tmp_path)
    assert (ran.code, "exists" in ran.error) == (2, True)
    ran = qdrill("restore", archive, target, "--replace", "other", cwd=tmp_path)
    assert (ran.code, "--replace names other, which is not its collection" in ran.error) == (2, True)
    assert qdrill("verify", target, f"{target}_x", cwd=tmp_path).code == 3
    assert qdrill("restore", archive, target, "--replace", name, cwd=tmp_path).code == 0
    assert qdrill("verify", archive, target, cwd=tmp_path).code == 0


def test_another_schema_is_stopped_before_the_first_write(collection: MakeCollection, tmp_path: Path) -> None:
    archive, target = backed_up(collection(dims=4), tmp_path), collection(points=3, dims=8)
    ran = qdrill("restore", archive, target, "--replace", target.rpartition("/")[2], cwd=tmp_path)
    assert ran.code == 2
    assert "size 4 here, 8 there" in ran.error


def test_an_unknown_collection(server: RunningServer, tmp_path: Path) -> None:
    ran = qdrill("backup", f"{server.url}/nowhere", cwd=tmp_path)
    assert ran.code == 3
    assert "nowhere" in ran.error
    assert "qdrill collections" in ran.error


def test_an_output_that_cannot_be_written(collection: MakeCollection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = qdrill("backup", collection(), "-o", "file/a.json", cwd=tmp_path)
    assert ran.code == 5
    assert ran.error.startswith("cannot write ")


def test_a_damaged_archive(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection()
    archive = backed_up(source, tmp_path)
    archive.write_bytes(archive.read_bytes().replace(b"Reset", b"Reser", 1))
    for command in (("restore", archive, f"{source}_r"), ("verify", archive, source)):
        ran = qdrill(*command, "-q", cwd=tmp_path)
        assert ran.code == 5
        assert "chunk 1 of 1" in ran.error


def test_a_dump_with_rows_that_cannot_be_restored(server: RunningServer, tmp_path: Path) -> None:
    rows = [point(1, 4), {"id": 2, "payload": {"text": "no vector"}}, {"id": -1, "vector": [0, 0, 0, 1]}]
    (tmp_path / "dump.json").write_text(json.dumps(rows))
    ran = qdrill("restore", "dump.json", f"{server.url}/dumped", "--distance", "Dot", "--json", cwd=tmp_path)
    assert ran.code == 1
    assert (ran.json["points_expected"], ran.json["points_restored"], ran.json["rejected_total"]) == (3, 1, 2)
    assert {str(row["id"]) for row in ran.json["rejected"]} == {"2", "-1"}
    assert all(row["reason"] for row in ran.json["rejected"])


def test_names_and_payloads_with_escapes_are_shown_harmless(server: RunningServer, tmp_path: Path) -> None:
    name = "evil\x1b[31m[bold]\u202e"
    make_server_collection(server.url, name, points=3)
    row = {**point(1, 4), "payload": {"text": "\x1b]0;owned\x07[red]x[/red]"}}
    (tmp_path / "dump.json").write_text(json.dumps([row]))
    target = f"{server.url}/evil-dump"
    assert qdrill("restore", "dump.json", target, "--distance", "Dot", cwd=tmp_path).code == 0
    for command in (
        ("collections", server.url),
        ("backup", f"{server.url}/{quote(name)}"),
        ("backup", f"{server.url}/{quote(name)}", "--json"),
        ("search", target, "--id", "1"),
        ("search", target, "--id", "1", "--json"),
    ):
        ran = qdrill(*command, cwd=tmp_path)
        assert ran.code == 0, ran.err
        shown = ran.out + ran.err
        assert not any(char in shown for char in "\x1b\x07\u202e")
    assert all(path.parent == tmp_path / "artifacts/metrics" for path in tmp_path.rglob("qdrant_backup_*"))


def test_searches_side_by_side(collection: MakeCollection, tmp_path: Path) -> None:
    source = collection()
    qdrill("restore", backed_up(source, tmp_path), f"{source}_r", cwd=tmp_path)
    command = ("search", source, "--random", "2", "--top-k", "3", "--against", f"{source}_r")
    text = qdrill(*command, cwd=tmp_path)
    assert text.code == 0
    assert text.out.count("overlap 3/3   order same   largest score change 0.0000") == 2
    found = qdrill(*command, "--json", cwd=tmp_path).json
    assert [one["state"] for one in found["searches"]] == ["pass", "pass"]
    assert len(found["searches"][0]["target"]["hits"]) == 3


def test_a_search_that_answers_differently_fails(collection: MakeCollection, tmp_path: Path) -> None:
    ran = qdrill("search", collection(points=20), "--id", "20", "--against", collection(points=2), cwd=tmp_path)
    assert ran.code == 1
    assert "≠" in ran.out


def test_one_collection_by_vector(collection: MakeCollection, tmp_path: Path) -> None:
    ran = qdrill("search", collection(), "--vector", "[1, 0, 0, 0]", "--top-k", "2", "--json", cwd=tmp_path)
    assert ran.code == 0
    (one,) = ran.json["searches"]
    assert (len(one["source"]["hits"]), one["target"]) == (2, None)


def test_a_search_that_does_not_fit_the_collection_is_a_usage_error(collection: MakeCollection, tmp_path: Path) -> None:
    ours, theirs = collection(), collection()
    wrong = (["--id", "1", "--using", "nope"], ["--vector", "[1, 0]"], ["--vector", "[NaN, 0, 0, 0]"])
    for asked in wrong:
        for against in ([], ["--against", theirs]):
            ran = qdrill("search", ours, *asked, *against, cwd=tmp_path)
            assert (ran.code, ran.out) == (2, ""), asked
    ran = qdrill("search", ours, "--id", "1", "--using", "nope", cwd=tmp_path)
    assert 'has no vector "nope"' in ran.error and "--using" in ran.error
    ran = qdrill("search", ours, "--id", "999999", cwd=tmp_path)
    assert (ran.code, "the source" in ran.error) == (4, False)


def test_fewer_random_points_than_asked_for_are_told(collection: MakeCollection, tmp_path: Path) -> None:
    ran = qdrill("search", collection(points=5), "--random", "600", "--json", cwd=tmp_path)
    assert (ran.code, len(ran.json["searches"])) == (0, 5)
    assert "600 random points were asked for and 5 have this vector" in ran.err


def test_a_text_without_an_embedder_is_inconclusive(collection: MakeCollection, tmp_path: Path) -> None:
    ran = qdrill("search", collection(), "登录", cwd=tmp_path)
    assert ran.code == 4
    assert "add to drills.toml the lines `[embedders.ollama]`" in ran.error


def test_a_choice_of_embedders_is_the_users(collection: MakeCollection, tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text('[embedders.a]\nkind = "bm25"\n[embedders.b]\nkind = "bm25"\n')
    ran = qdrill("search", collection(), "登录", cwd=tmp_path)
    assert (ran.code, "--embedder a or --embedder b" in ran.error) == (2, True)
    ran = qdrill("search", collection(), "登录", "--embedder", "aa", cwd=tmp_path)
    assert (ran.code, 'did you mean "a"' in ran.error) == (2, True)


def test_collections_lists_what_can_be_listed(collection: MakeCollection, server: RunningServer, lab: Path) -> None:
    name = collection().rpartition("/")[2]
    (lab / "file").write_text("")
    (lab / "drills.toml").write_text(f'[stores.down]\npath = "file"\n[stores.up]\nurl = "{server.url}"\n')
    ran = qdrill("collections", "--json", cwd=lab)
    assert ran.code == 3
    found = {(row["store"], row["collection"]): row for row in ran.json}
    assert (found["up", name]["points"], found["up", name]["status"]) == (20, "green")
    assert found["down", None]["error"]
    assert "file" in ran.error
    assert qdrill("collections", "up", cwd=lab).code == 0


def test_a_server_that_is_down(tmp_path: Path) -> None:
    with start_server(tmp_path / "gone") as gone:
        url = gone.url
    ran = qdrill("backup", f"{url}/docs", "-q", cwd=tmp_path)
    assert ran.code == 3
    assert "check that the server is up" in ran.error


def test_keys(tmp_path: Path) -> None:
    with start_server(tmp_path / "keyed", api_key="full", read_only_key="readonly") as keyed:
        make_server_collection(keyed.url, "docs", points=5, api_key="full")
        (tmp_path / "drills.toml").write_text(f'[stores.s]\nurl = "{keyed.url}"\napi_key_env = "KEY"\n')
        ran = qdrill("backup", "s/docs", cwd=tmp_path)
        assert (ran.code, "KEY is not set" in ran.error) == (2, True)
        ran = qdrill("backup", "s/docs", cwd=tmp_path, env={"KEY": "wrong-one"})
        assert (ran.code, "401" in ran.error, "wrong-one" in ran.err) == (3, True, False)
        made = qdrill("backup", "s/docs", "-o", "a.json", cwd=tmp_path, env={"KEY": "readonly"})
        assert made.code == 0
        ran = qdrill("restore", "a.json", "s/docs2", cwd=tmp_path, env={"KEY": "readonly"})
        assert (ran.code, "403" in ran.error) == (3, True)
        doctor = qdrill("doctor", "--json", cwd=tmp_path, env={"KEY": "wrong-one"})
        assert (doctor.code, "wrong-one" in doctor.out) == (3, False)
        assert qdrill("doctor", cwd=tmp_path, env={"KEY": "full"}).code == 0
