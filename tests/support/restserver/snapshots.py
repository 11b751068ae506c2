"""Snapshots of a collection: a packed copy of its directory, listed, handed out, deleted and restored from.

The file's inside is this server's own, as that of a Qdrant server is its own; names, checksums, ranges, statuses and
the rules of restoring are Qdrant's.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson

from tests.support.restserver.admin import PEER_ID
from tests.support.restserver.collection import META, Collection
from tests.support.restserver.errors import ApiError, bad_request, invalid, wrong_input
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.request import Request, Response, result
from tests.support.restserver.store import Store

CHECKSUM = re.compile(r"[0-9a-fA-F]{64}")
BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";]+)')
FILE_NAME = re.compile(rb'filename="([^"/]+)"')
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
SUM_ENDS = ".checksum"


def create(collection: Collection) -> Response:
    path = _new_path(collection)
    collection.pack(path)
    path.with_name(path.name + SUM_ENDS).write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    return result(_description(path))


def _new_path(collection: Collection) -> Path:
    folder = _folder(collection)
    folder.mkdir(exist_ok=True)
    stem = f"{collection.name}-{PEER_ID}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}"
    names = (f"{stem}{more}.snapshot" for more in ("", *(f"-{n}" for n in range(1000))))
    return next(folder / name for name in names if not (folder / name).exists())


def _folder(collection: Collection) -> Path:
    return collection.directory / "snapshots"


def _description(path: Path) -> JsonDict:
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    found: JsonDict = {"name": path.name, "creation_time": f"{made:%Y-%m-%dT%H:%M:%S}", "size": path.stat().st_size}
    checksum = path.with_name(path.name + SUM_ENDS)
    return found | ({"checksum": checksum.read_text()} if checksum.exists() else {})


def list_all(collection: Collection) -> Response:
    return result([_description(path) for path in sorted(_folder(collection).glob("*.snapshot"))])


def download(collection: Collection, request: Request, name: str) -> Response:
    data = _existing(collection, name).read_bytes()
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    kind = "application/octet-stream"
    if asked is None:
        return Response(200, data, kind)
    first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
    return Response(206, data[first : last + 1], kind, {"content-range": f"bytes {first}-{last}/{len(data)}"})


def _existing(collection: Collection, name: str) -> Path:
    path = _folder(collection) / name
    if "/" in name or not path.is_file():
        raise ApiError(404, f"Not found: Snapshot {name} not found", plain=True)
    return path


def delete(collection: Collection, name: str) -> Response:
    path = _existing(collection, name)
    path.unlink()
    path.with_name(path.name + SUM_ENDS).unlink(missing_ok=True)
    return result(True)


def upload(store: Store, request: Request, name: str) -> Response:
    """Restore into a collection that has the same vectors and shards, or into a new one; the upload is kept."""
    filename, data = _file_part(request)
    _check_sum(request.query.get("checksum"), data)
    with tempfile.TemporaryDirectory(dir=store.directory) as scratch:
        unpacked = _unpack(data, Path(scratch))
        meta = orjson.loads((unpacked / META).read_bytes())
        if not store.exists(name):
            store.create(name, meta["config"])
        collection = store.get(name)
        _check_fits(meta["config"]["params"], collection.config["params"])
        collection.recover(unpacked, meta["indexes"])
    _folder(collection).mkdir(exist_ok=True)
    (_folder(collection) / filename).write_bytes(data)
    return result(True)


def _file_part(request: Request) -> tuple[str, bytes]:
    """Name and bytes of a form's one field, `snapshot`."""
    boundary = BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is not None:
        head, _, rest = request.body.partition(b"\r\n\r\n")
        data, end, _ = rest.rpartition(f"\r\n--{boundary[1]}--".encode())
        name = FILE_NAME.search(head)
        if end and name is not None and b'name="snapshot"' in head:
            return Path(name[1].decode()).name, data
    raise bad_request("Multipart error: field `snapshot` is missing")


def _check_sum(wanted: str | None, data: bytes) -> None:
    if wanted is None:
        return
    if not CHECKSUM.fullmatch(wanted):
        raise invalid("query parameters", "checksum", f'value "{wanted}" is not a valid SHA256')
    found = hashlib.sha256(data).hexdigest()
    if found != wanted.lower():
        raise ApiError(400, f"Checksum mismatch: expected {found}, actual {wanted}")


def _unpack(data: bytes, scratch: Path) -> Path:
    packed, folder = scratch / "packed", scratch / "unpacked"
    packed.write_bytes(data)
    try:
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise ApiError(500, f"Service internal error: File IO error: failed to unpack `{packed}`") from error
    return folder


def _check_fits(theirs: JsonDict, ours: JsonDict) -> None:
    for key in ("vectors", "shard_number"):
        if theirs.get(key) != ours.get(key):
            raise wrong_input(f"Snapshot is not compatible with existing collection: {key} differ")
