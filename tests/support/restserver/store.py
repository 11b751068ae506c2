"""All collections of one directory, and the aliases."""

from __future__ import annotations

import shutil
import threading
import uuid
from pathlib import Path
from typing import Any

import orjson

from tests.support.restserver.collection import META, Collection, write_json
from tests.support.restserver.errors import (
    collection_exists,
    format_error,
    no_collection,
    not_found,
    wrong_input,
)
from tests.support.restserver.jsonbody import JsonDict


class Store:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._collections_dir = directory / "collections"
        self._aliases_file = directory / "aliases.json"
        self._lock = threading.Lock()
        self._collections: dict[str, Collection] = {}
        self._aliases: dict[str, str] = {}
        self.closing = False
        self._collections_dir.mkdir(parents=True, exist_ok=True)
        self._load()

    def _load(self) -> None:
        if self._aliases_file.exists():
            self._aliases = orjson.loads(self._aliases_file.read_bytes())
        for directory in sorted(self._collections_dir.iterdir()):
            if not (directory / META).exists():
                shutil.rmtree(directory)
                continue
            collection = Collection.load(directory)
            self._collections[collection.name] = collection

    def names(self) -> list[str]:
        with self._lock:
            return sorted(self._collections)

    def exists(self, name: str) -> bool:
        with self._lock:
            return self._aliases.get(name, name) in self._collections

    def get(self, name: str) -> Collection:
        with self._lock:
            found = self._collections.get(self._aliases.get(name, name))
        if found is None:
            raise no_collection(name)
        return found

    def create(self, name: str, config: JsonDict) -> None:
        with self._lock:
            self._check_new(name)
            directory = self._collections_dir / uuid.uuid4().hex
            self._collections[name] = Collection.create(directory, name, config)

    def _check_new(self, name: str) -> None:
        if name in self._collections:
            raise collection_exists(name)
        if name in self._aliases:
            raise wrong_input(f"Can't create collection with name {name}. Alias with the same name already exists")

    def delete(self, name: str) -> bool:
        with self._lock:
            collection = self._collections.pop(name, None)
            if collection is None:
                return False
            self._save_aliases({alias: to for alias, to in self._aliases.items() if to != name})
        collection.drop()
        return True

    def aliases(self, collection: str | None = None) -> list[JsonDict]:
        with self._lock:
            return [
                {"alias_name": alias, "collection_name": name}
                for alias, name in sorted(self._aliases.items())
                if collection in (None, name)
            ]

    def change_aliases(self, actions: Any) -> None:
        if not isinstance(actions, list):
            raise format_error("missing field `actions`")
        with self._lock:
            aliases = dict(self._aliases)
            for action in actions:
                self._act(aliases, action)
            self._save_aliases(aliases)

    def _act(self, aliases: dict[str, str], action: Any) -> None:
        try:
            (kind, details), *_ = action.items()
            if kind == "create_alias":
                self._check_alias(details["collection_name"], details["alias_name"])
                aliases[details["alias_name"]] = details["collection_name"]
            elif kind == "delete_alias":
                aliases.pop(details["alias_name"], None)
            else:
                _rename(aliases, details["old_alias_name"], details["new_alias_name"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise format_error("data did not match any variant of untagged enum AliasOperations") from error

    def _check_alias(self, collection: str, alias: str) -> None:
        if collection not in self._collections:
            raise no_collection(collection)
        if alias in self._collections:
            raise collection_exists(alias)

    def _save_aliases(self, aliases: dict[str, str]) -> None:
        if aliases != self._aliases:
            write_json(self._aliases_file, aliases)
            self._aliases = aliases

    def close(self) -> None:
        with self._lock:
            for collection in self._collections.values():
                collection.close()
            self._collections.clear()


def _rename(aliases: dict[str, str], old: str, new: str) -> None:
    if old not in aliases:
        raise not_found(f"Alias {old} does not exists!")
    aliases[new] = aliases.pop(old)
