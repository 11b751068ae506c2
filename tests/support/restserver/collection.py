"""One collection: an engine shard, its configuration beside it, and a lock for writes."""

from __future__ import annotations

import os
import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import orjson
import qdrant_edge as edge

from tests.support.restserver import config as configuration
from tests.support.restserver import engine
from tests.support.restserver.errors import ApiError
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.limits import StrictMode

META = "collection.json"
COUNTER = "operations"
COUNTER_BYTES = 8

Result = TypeVar("Result")


def write_json(path: Path, value: object) -> None:
    """Replace a file as a whole, so that a kill at any moment leaves the old one or the new one."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    os.replace(partial, path)


class Collection:
    def __init__(self, directory: Path, shard: edge.EdgeShard, meta: JsonDict) -> None:
        self.directory = directory
        self.shard = shard
        self._meta = meta
        self._lock = threading.Lock()
        self._counter = os.open(directory / COUNTER, os.O_RDWR | os.O_CREAT, 0o644)
        self.operations = int.from_bytes(os.pread(self._counter, COUNTER_BYTES, 0), "little")
        self._configure()

    @classmethod
    def create(cls, directory: Path, name: str, config: JsonDict) -> Collection:
        directory.mkdir(parents=True)
        shard = calling(lambda: edge.EdgeShard.create(str(directory / "shard"), engine.edge_config(config)))
        # Qdrant numbers operations from 1 and the engine from 0, so an empty one goes first.
        shard.update(edge.UpdateOperation.delete_points([]))
        meta = {"name": name, "config": config, "indexes": {}}
        write_json(directory / META, meta)
        return cls(directory, shard, meta)

    @classmethod
    def load(cls, directory: Path) -> Collection:
        meta = orjson.loads((directory / META).read_bytes())
        return cls(directory, edge.EdgeShard.load(str(directory / "shard")), meta)

    @property
    def name(self) -> str:
        return str(self._meta["name"])

    @property
    def config(self) -> JsonDict:
        config: JsonDict = self._meta["config"]
        return config

    @property
    def shard_number(self) -> int:
        return int(self.config["params"]["shard_number"])

    def _configure(self) -> None:
        self.vectors = configuration.vector_schema(self.config)
        self.strict = StrictMode(self.config.get("strict_mode_config"))

    def patch(self, body: JsonDict) -> None:
        with self._lock:
            config = configuration.patched(self.config, body)
            self._save({**self._meta, "config": config})
            self.vectors = configuration.vector_schema(config)
            if body.get("strict_mode_config") is not None:
                self.strict = StrictMode(config.get("strict_mode_config"))

    def update(self, operation: edge.UpdateOperation) -> int:
        with self._lock:
            return self._apply(operation)

    def _apply(self, operation: edge.UpdateOperation) -> int:
        self.operations += 1
        os.pwrite(self._counter, self.operations.to_bytes(COUNTER_BYTES, "little"), 0)
        calling(lambda: self.shard.update(operation))
        return self.operations

    def create_index(self, field: str, shown: JsonDict, schema: Any) -> int:
        with self._lock:
            # An index takes two operation numbers in Qdrant: dropping a different one, then building.
            self._apply(edge.UpdateOperation.delete_points([]))
            number = self._apply(edge.UpdateOperation.create_field_index(field, schema))
            self._save({**self._meta, "indexes": {**self._meta["indexes"], field: shown}})
            return number

    def delete_index(self, field: str) -> int:
        with self._lock:
            number = self._apply(edge.UpdateOperation.delete_field_index(field))
            kept = {name: shown for name, shown in self._meta["indexes"].items() if name != field}
            self._save({**self._meta, "indexes": kept})
            return number

    def _save(self, meta: JsonDict) -> None:
        write_json(self.directory / META, meta)
        self._meta = meta

    def info(self) -> JsonDict:
        state = calling(self.shard.info)
        return {
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": state.indexed_vectors_count,
            "points_count": state.points_count,
            "segments_count": state.segments_count,
            "config": self.config,
            "payload_schema": self._payload_schema(state),
            "update_queue": {"length": 0},
        }

    def _payload_schema(self, state: edge.ShardInfo) -> JsonDict:
        indexed = state.payload_schema
        return {
            field: {**shown, "points": indexed[field].points if field in indexed else 0}
            for field, shown in self._meta["indexes"].items()
        }

    def count(self, exact: bool = True, chosen: edge.Filter | None = None) -> int:
        return calling(lambda: self.shard.count(edge.CountRequest(exact=exact, filter=chosen)))

    def pack(self, path: Path) -> None:
        """Everything that makes the collection, as it is now, into one file."""
        with self._lock, tarfile.open(path, "w:gz", compresslevel=1) as tar:
            self.shard.flush()
            for name in ("shard", META, COUNTER):
                tar.add(self.directory / name, name)

    def recover(self, unpacked: Path, indexes: JsonDict) -> None:
        """Take points, indexes and operation number out of what `pack` made; the configuration stays our own."""
        with self._lock:
            self.shard.close()
            shutil.rmtree(self.directory / "shard")
            os.replace(unpacked / "shard", self.directory / "shard")
            self.shard = edge.EdgeShard.load(str(self.directory / "shard"))
            self.operations = int.from_bytes((unpacked / COUNTER).read_bytes(), "little")
            os.pwrite(self._counter, self.operations.to_bytes(COUNTER_BYTES, "little"), 0)
            self._save({**self._meta, "indexes": indexes})

    def close(self) -> None:
        with self._lock:
            self.shard.flush()
            self.shard.close()
            os.close(self._counter)

    def drop(self) -> None:
        """Without its sidecar the directory is no collection, so a kill half-way leaves only litter."""
        (self.directory / META).unlink()
        self.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def calling(call: Callable[[], Result]) -> Result:
    """Run a call of the engine: its errors and its panics become an answer the client can read."""
    try:
        return call()
    except (ApiError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise engine.refusal(error) from error
