"""`collection.json`: what the engine cannot keep about a collection, beside its shard.

    {"format": "qdrill-embedded-1", "name": …, "config": {…}, "aliases": […],
     "payload_schema": {field: {"data_type": …, "params": …}}}

A shard directory without one was made by somebody else; its settings are then read from what the engine
wrote.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qdrill.errors import QdrillError, StoreError
from qdrill.stores.edge_names import shown

FILE_NAME = "collection.json"
FORMAT = "qdrill-embedded-1"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known about a collection besides its points; `ours` is False for a shard without a sidecar.

    Attributes:
        config: the `config` object of Qdrant's collection info.
        payload_schema: indexes by field, each `{"data_type": …}` with `params` where they were given.
    """

    name: str
    config: Mapping[str, Any]
    payload_schema: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    ours: bool = True


def has_sidecar(directory: Path) -> bool:
    """Whether `directory` holds a collection that qdrill made."""
    return (directory / FILE_NAME).is_file()


def is_shard(directory: Path) -> bool:
    """Whether `directory` holds a shard that the engine can load as it is."""
    return any((directory / "segments").glob("*/segment.json"))


def read_sidecar(directory: Path) -> Sidecar:
    """The sidecar in `directory`.

    Raises:
        StoreError: it cannot be read or is damaged.
    """
    try:
        data = json.loads((directory / FILE_NAME).read_bytes())
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']}")
        config, schema = dict(data["config"]), dict(data["payload_schema"])
        return Sidecar(str(data["name"]), config, schema, tuple(sorted(map(str, data["aliases"]))))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unreadable(directory, error) from None


def _unreadable(directory: Path, error: Exception) -> QdrillError:
    return StoreError(
        f"{FILE_NAME} in {shown(directory)} cannot be used ({shown(repr(error), 100)}); "
        "restore it or remove the directory"
    )


def write_sidecar(directory: Path, sidecar: Sidecar) -> None:
    """Put `sidecar` in place at once: a crash leaves the old one or the new one, never half of either.

    Raises:
        StoreError: the file cannot be written.
    """
    data = {
        "format": FORMAT,
        "name": sidecar.name,
        "config": sidecar.config,
        "payload_schema": sidecar.payload_schema,
        "aliases": sorted(sidecar.aliases),
    }
    temporary = directory / f".{FILE_NAME}.{secrets.token_hex(6)}"
    try:
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(directory / FILE_NAME)
        fsync_directory(directory)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(f"cannot write {FILE_NAME} in {shown(directory)}: {error.strerror}") from None


def fsync_directory(directory: Path) -> None:
    """Make names created, renamed or removed in `directory` survive a power loss."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
