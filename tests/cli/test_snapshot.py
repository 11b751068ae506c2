"""`--method snapshot` on the command line: documents, files, exit codes, and one plain line for what may not be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdrill.stores.server import ServerStore
from tests.cli.conftest import MakeCollection
from tests.cli.runner import qdrill
from tests.support.collections import make_edge_collection, make_server_collection
from tests.support.processes import RunningServer, start_server

METRICS = Path("artifacts") / "metrics"


def test_backup_and_restore(collection: MakeCollection, lab: Path) -> None:
    address = collection(30)
    name = address.rpartition("/")[2]
    made = qdrill("backup", address, "--method", "snapshot", "--json", cwd=lab)
    assert made.code == 0, made.err
    path = METRICS / f"qdrant_backup_{name}.snapshot"
    assert made.json["archive"] == str(path)
    assert made.json["manifest"] == f"{path}.manifest.json"
    assert (made.json["method"], made.json["points"], made.json["writer"]) == ("snapshot", 30, "none")
    assert made.json["bytes"] == (lab / path).stat().st_size
    manifest = json.loads((lab / f"{path}.manifest.json").read_text())
    assert (manifest["schema"], manifest["digest"]) == ("qdrill.snapshot/1", made.json["digest"])
    assert (manifest["count_before"], manifest["count_after"], manifest["source"]["address"]) == (30, 30, address)
    restored = qdrill("restore", path, f"{address}_r", "--json", cwd=lab)
    assert (restored.code, restored.json["points_restored"], restored.json["config_differences"]) == (0, 30, [])
    assert restored.json["moments"]["created"] <= restored.json["moments"]["loaded"]
    assert qdrill("verify", address, f"{address}_r", "--json", cwd=lab).json["verdict"] == "pass"
    again = qdrill("restore", path, f"{address}_r", cwd=lab)
    assert (again.code, "exists" in again.error) == (2, True)
    assert qdrill("restore", path, f"{address}_r", "--replace", f"{name}_r", "-q", cwd=lab).code == 0


def test_what_people_read(collection: MakeCollection, lab: Path) -> None:
    address = collection(30)
    made = qdrill("backup", address, "--method", "snapshot", "-o", "a.snapshot", "-q", cwd=lab)
    assert "30, as the source counts them" in made.out
    restored = qdrill("restore", "a.snapshot", f"{address}_r", "-q", cwd=lab)
    assert "30 of 30, counted there" in restored.out
    assert "every point counted, every setting read back" in restored.out


def test_a_rows_archive_of_the_same_collection_stays(collection: MakeCollection, lab: Path) -> None:
    address = collection()
    for method in ("rows", "snapshot"):
        assert qdrill("backup", address, "--method", method, "-q", cwd=lab).code == 0
    stem = f"qdrant_backup_{address.rpartition('/')[2]}"
    assert {one.name for one in (lab / METRICS).iterdir()} == {
        f"{stem}.json",
        f"{stem}.manifest.json",
        f"{stem}.snapshot",
        f"{stem}.snapshot.manifest.json",
    }
    assert qdrill("verify", METRICS / f"{stem}.json", address, "-q", cwd=lab).code == 0


@pytest.mark.parametrize("configured", [False, True])
def test_a_drill(collection: MakeCollection, server: RunningServer, lab: Path, configured: bool) -> None:
    address = collection(30)
    name = address.rpartition("/")[2]
    if configured:
        (lab / "drills.toml").write_text(
            f'[stores.main]\nurl = "{server.url}"\n[[drill]]\nname = "nightly"\nsource = "main/{name}"\n'
            f'target = "main/{name}_r"\nmethod = "snapshot"\nafter = "delete"\n'
        )
        ran = qdrill("run", "--json", cwd=lab)
    else:
        asked = ("--source", address, "--target", f"{address}_r", "--method", "snapshot", "--delete-target")
        ran = qdrill("run", *asked, "--json", cwd=lab)
    assert (ran.code, ran.json["verdict"]) == (0, "pass"), ran.err
    shown = qdrill("record", "show", ran.json["id"], "--json", cwd=lab).json
    assert shown["problems"] == []
    assert (lab / METRICS / f"qdrant_backup_{name}.snapshot").is_file()
    store = ServerStore(server.url)
    assert f"{name}_r" not in store.collections()
    store.close()


def test_embedded_stores(collection: MakeCollection, lab: Path) -> None:
    make_edge_collection(lab / "edge", "docs", points=3)
    address = collection()
    assert qdrill("backup", address, "--method", "snapshot", "-o", "a.snapshot", "-q", cwd=lab).code == 0
    before = sorted(lab.rglob("*"))
    for command in (
        ("backup", "lab/docs", "--method", "snapshot"),
        ("restore", "a.snapshot", "lab/new"),
        ("run", "--source", "lab/docs", "--target", f"{address}_r", "--method", "snapshot"),
        ("run", "--source", address, "--target", "lab/new", "--method", "snapshot"),
    ):
        ran = qdrill(*command, cwd=lab)
        assert ran.code == 2
        assert "is an embedded store, whose engine can neither make nor restore a snapshot" in ran.error
    assert sorted(lab.rglob("*")) == before


def test_names_and_files_that_are_no_snapshots(collection: MakeCollection, lab: Path) -> None:
    address = collection()
    wrong = qdrill("backup", address, "--method", "snapshot", "-o", "a.json", cwd=lab)
    assert (wrong.code, "must end in .snapshot" in wrong.error) == (2, True)
    (lab / "bare.snapshot").write_bytes(b"x" * 100)
    bare = qdrill("restore", "bare.snapshot", f"{address}_r", cwd=lab)
    assert (bare.code, "bare.snapshot has no manifest beside it" in bare.error) == (5, True)
    assert "qdrill backup --method snapshot" in bare.error
    stands = qdrill("backup", address, "--method", "snapshot", "-o", "bare.snapshot", cwd=lab)
    assert (stands.code, "a file stands there that is no archive of qdrill" in stands.error) == (5, True)
    assert (lab / "bare.snapshot").read_bytes() == b"x" * 100


def test_guarded_stores(collection: MakeCollection, server: RunningServer, lab: Path) -> None:
    address = collection()
    (lab / "drills.toml").write_text(f'[stores.live]\nurl = "{server.url}"\nproduction = true\n')
    assert qdrill("backup", address, "--method", "snapshot", "-o", "a.snapshot", "-q", cwd=lab).code == 0
    refused = qdrill("restore", "a.snapshot", "live/new", cwd=lab)
    assert (refused.code, "production = true" in refused.error) == (2, True)


def test_a_dry_run(collection: MakeCollection, lab: Path) -> None:
    address = collection()
    asked = ("run", "--source", address, "--target", f"{address}_r", "--method", "snapshot", "--dry-run")
    ran = qdrill(*asked, cwd=lab)
    assert ran.code == 0
    assert "have the server make a snapshot" in ran.out
    assert not (lab / "artifacts").exists()


def test_a_key_that_may_only_read(lab: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Making a snapshot writes a file on the server, and for that a reading key has no right."""
    with start_server(tmp_path_factory.mktemp("keyed"), api_key="full-4711", read_only_key="read-4711") as keyed:
        make_server_collection(keyed.url, "docs", points=3, api_key="full-4711")
        (lab / "drills.toml").write_text(f'[stores.keyed]\nurl = "{keyed.url}"\napi_key_env = "KEY"\n')
        command = ("backup", "keyed/docs", "--method", "snapshot", "-o", "a.snapshot", "-q")
        refused = qdrill(*command, cwd=lab, env={"KEY": "read-4711"})
        allowed = qdrill(*command, cwd=lab, env={"KEY": "full-4711"})
    assert (refused.code, "403" in refused.error, "4711" in refused.error) == (3, True, False)
    assert allowed.code == 0
    assert "4711" not in (lab / "a.snapshot.manifest.json").read_text()
    assert {one.name for one in lab.iterdir()} == {"drills.toml", "a.snapshot", "a.snapshot.manifest.json"}
