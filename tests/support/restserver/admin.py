"""Collections, aliases, and what the server tells about itself."""

from __future__ import annotations

import uuid

from tests.support.restserver import config, filters
from tests.support.restserver.collection import Collection
from tests.support.restserver.errors import invalid
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.request import Request, Response, bare, result
from tests.support.restserver.store import Store

VERSION = "1.19.0"
COMMIT = "0" * 40
PEER_ID = 1001
BAD_IN_NEW_NAMES = '<>:"/\\|?*\0\x1f'
MAX_NAME = 255
# A server takes a new one whenever it starts; its peer id lies in its storage.
SERVER_ID = str(uuid.uuid4())
PER_COLLECTION_LEVEL = 3


def root() -> Response:
    return bare({"title": "qdrant - vector search engine", "version": VERSION, "commit": COMMIT})


def create(store: Store, request: Request, name: str) -> Response:
    check_name(name, BAD_IN_NEW_NAMES)
    body = request.json()
    wanted = config.created(body, request.body)
    store.create(name, wanted)
    return result(True)


def check_name(name: str, forbidden: str) -> None:
    bad = next((char for char in forbidden if char in name), None)
    if bad is not None:
        message = f'collection name cannot contain "{bad}" char'
        raise invalid("path parameters", "collection_name", message)
    if not 1 <= len(name) <= MAX_NAME:
        message = f'value "{name}" invalid, must be from 1 to {MAX_NAME} characters'
        raise invalid("path parameters", "collection_name", message)


def patch(store: Store, request: Request, name: str) -> Response:
    body = request.json()
    store.get(name).patch(body)
    return result(True)


def list_collections(store: Store) -> Response:
    return result({"collections": [{"name": name} for name in store.names()]})


def cluster(collection: Collection) -> Response:
    shards = range(collection.shard_number)
    return result(
        {
            "peer_id": PEER_ID,
            "shard_count": collection.shard_number,
            "local_shards": [
                {"shard_id": shard, "points_count": _shard_count(collection, shard), "state": "Active"}
                for shard in shards
            ],
            "remote_shards": [],
            "shard_transfers": [],
        }
    )


def _shard_count(collection: Collection, shard: int) -> int:
    return collection.count(True, filters.shard_slice(shard, collection.shard_number))


def optimizations(collection: Collection, request: Request) -> Response:
    info = collection.info()
    segments = [{"uuid": str(uuid.UUID(int=1)), "points_count": info["points_count"]}]
    summary = {
        "queued_optimizations": 0,
        "queued_segments": 0,
        "queued_points": 0,
        "idle_segments": len(segments),
    }
    answer: JsonDict = {"summary": summary, "running": []}
    extra = {"queued": [], "completed": [], "idle_segments": segments}
    for name in request.query.get("with", "").split(","):
        if name in extra:
            answer[name] = extra[name]
    return result(answer)


def telemetry(store: Store, request: Request) -> Response:
    names = store.names()
    collections: JsonDict = {"number_of_collections": len(names)}
    level = request.query.get("details_level", "0")
    if level.isdigit() and int(level) >= PER_COLLECTION_LEVEL:
        collections["collections"] = [_collection_telemetry(store.get(name)) for name in names]
    app = {"name": "qdrant", "version": VERSION}
    return result({"id": SERVER_ID, "app": app, "collections": collections, "cluster": {"enabled": False}})


def _collection_telemetry(collection: Collection) -> JsonDict:
    shards = [_shard_telemetry(collection, shard) for shard in range(collection.shard_number)]
    return {
        "id": collection.name,
        "config": {**collection.config, "uuid": None},
        "shards": shards,
        "transfers": [],
        "resharding": [],
    }


def _shard_telemetry(collection: Collection, shard: int) -> JsonDict:
    return {
        "id": shard,
        "key": None,
        "local": {
            "variant_name": "local shard",
            "status": "green",
            "num_points": _shard_count(collection, shard),
            "update_queue": {"length": 0, "op_num": collection.operations},
        },
        "remote": [],
        "replicate_states": {str(PEER_ID): "Active"},
    }
