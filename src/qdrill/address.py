"""Collection addresses and archive paths as users write them.

local/docs                      store of drills.toml, collection
local                           the same store, the default collection
http://localhost:6333/docs      a server written out; without a port 6333; the collection percent-encoded
edge:DIR/docs                   a directory of the embedded engine; the last part is the collection
some/backup.json                an archive, where a command takes either
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from qdrill.config_model import (
    ENV_STORE,
    GUARDS,
    Config,
    StoreConfig,
    StoreKind,
    instead,
    quoted,
    user_path,
)
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.urls import BadUrl, same_server, server_key, split_url, with_port

MAX_COLLECTION_BYTES = 255
# Qdrant's own rule for new collections: lib/common/common/src/validation.rs, INVALID_NAME_CHARS.
_REFUSED = '<>:"/\\|?*\0\x1f'
EDGE = "edge:"
_ANY = "any"
_ARCHIVE_ENDS = (".json", ".snapshot")
_PATH_STARTS = ("/", "./", "../", "~/")
_BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class StoreRef:
    """A store as an address names it: one of the configuration, or (with an empty name) one written out."""

    config: StoreConfig

    @property
    def kind(self) -> StoreKind:
        """`server` or `embedded`."""
        return self.config.kind

    @property
    def label(self) -> str:
        """How the store is named to the user, safe on a terminal."""
        return self.config.label


@dataclass(frozen=True, slots=True)
class Address:
    """A collection of a store. `text` is what was written, with the collection always in it."""

    store: StoreRef
    collection: str
    text: str

    def __str__(self) -> str:
        return terminal_text(self.text)


@dataclass(frozen=True, slots=True)
class ArchivePath:
    """A backup on disk, not looked into yet."""

    path: Path

    def __str__(self) -> str:
        return terminal_text(str(self.path))


def parse_address(text: str, config: Config, *, collection: str | None = None) -> Address:
    """The address that `text` writes; raises UsageError, also for a store that is not configured.

    `collection` stands in where `text` names a store alone; None is the runbook's collection.
    """
    default = collection or config.runbook.collection
    if text.startswith(EDGE):
        return _edge_address(text, config)
    if "://" in text:
        return _server_address(text, config, default)
    return _named_address(text, config, default)


def parse_store(text: str, config: Config) -> StoreConfig:
    """The store that `text` names; raises UsageError, also where a collection is named with it."""
    written = f"{text.rstrip('/')}/{_ANY}" if text.startswith(EDGE) else text
    address = parse_address(written, config, collection=_ANY)
    if address.collection != _ANY:
        raise UsageError(f"{address} is a collection; name the store alone: {address.store.label}")
    return address.store.config


def parse_place(text: str, config: Config) -> Address | ArchivePath:
    """An address or an archive, for commands that take either.

    Raises UsageError for neither, and where `text` could be both.
    """
    if "://" in text or text.startswith(EDGE):
        return parse_address(text, config)
    path = _path(text)
    if text.startswith(_PATH_STARTS):
        return ArchivePath(path)
    named = text.partition("/")[0] in config.stores
    if _is_archive_file(path):
        if named:
            raise UsageError(
                f"{quoted(text)} is an address and a file; write {quoted('./' + text)} for the file, "
                "or the URL or edge:DIR of the store for the collection"
            )
        return ArchivePath(path)
    if text.endswith(_ARCHIVE_ENDS) and not named:
        return ArchivePath(path)
    return parse_address(text, config)


def _path(written: str) -> Path:
    """As `user_path`; raises UsageError for characters that no name of a user or file can have."""
    try:
        return user_path(written)
    except ValueError:
        raise UsageError(f"{quoted(written)} is no address and no path; see `qdrill --help` for what one is") from None


def _is_archive_file(path: Path) -> bool:
    try:
        beside = (path.with_name(part + ".manifest.json") for part in (path.name, path.stem))
        return path.is_file() or any(manifest.is_file() for manifest in beside)
    except (OSError, ValueError):
        return False


def _named_address(text: str, config: Config, default: str) -> Address:
    name, slash, collection = text.partition("/")
    if "@" in name:
        raise UsageError("an address holds no user name or password; put the key in an environment variable")
    if name not in config.stores:
        known = list(config.stores)
        raise UsageError(
            f"there is no store {quoted(name)}{instead(name, known)}; an address is STORE/COLLECTION, "
            "http://HOST:PORT/COLLECTION or edge:DIR/COLLECTION"
        )
    if not slash:
        collection, text = default, f"{name}/{default}"
    store = _with_guards(config.stores[name], config)
    return Address(StoreRef(store), check_collection(collection, text), text)


def _server_address(text: str, config: Config, default: str) -> Address:
    try:
        server, rest = split_url(text)
    except BadUrl as error:
        in_name = " " in text.partition("://")[2].partition("/")[2]
        hint = "; write %20 for a space in a collection's name" if in_name else ""
        raise UsageError(f"the URL of a collection address {error}{hint}") from None
    if rest == "":
        rest = "/" + quote(default)
    url = str(with_port(server))
    if "?" in rest or "#" in rest:
        raise UsageError(f"after {url}/ only a collection can stand; write %23 for # in its name")
    if rest.count("/") > 1:
        raise UsageError(f"after {url}/ only a collection can stand; a path before it is not supported")
    written = f"{server}{rest}"
    collection = check_collection(_decoded(rest[1:], written), written)
    return Address(StoreRef(_server_config(url, config)), collection, written)


def _edge_address(text: str, config: Config) -> Address:
    folder, slash, collection = text.removeprefix(EDGE).rpartition("/")
    if not slash or "\0" in folder:
        raise UsageError(f"{quoted(text)} is not a directory and a collection; write edge:DIR/COLLECTION")
    store = _edge_config(_path(folder or "/"), config)
    return Address(StoreRef(store), check_collection(_decoded(collection, text), text), text)


def _server_config(url: str, config: Config) -> StoreConfig:
    """The configured store at `url`, with its key and settings, else a bare one.

    Only the same scheme, host and port match: a key goes nowhere but where the configuration sends it.
    """
    bare = StoreConfig(name="", url=url)
    known = (store for store in config.stores.values() if _alike(store, bare, _same_scheme))
    return _with_guards(next(known, bare), config)


def _edge_config(path: Path, config: Config) -> StoreConfig:
    bare = StoreConfig(name="", path=path)
    known = (store for store in config.stores.values() if _alike(store, bare, _same_spelling))
    return _with_guards(next(known, bare), config)


def _with_guards(store: StoreConfig, config: Config) -> StoreConfig:
    """`store`, read-only or production where any configured store in the same place is.

    DNS is asked only for a server that drills.toml does not name.
    """
    alike = same_server if store.name in {"", ENV_STORE} else _same_spelling
    marked = [other for other in config.stores.values() if other.read_only or other.production]
    guards = [store, *(other for other in marked if _alike(other, store, alike))]
    first = {mark: next((one.name for one in guards if getattr(one, mark)), None) for mark in GUARDS}
    return replace(
        store,
        read_only=first["read_only"] is not None,
        production=first["production"] is not None,
        lent=tuple((mark, name) for mark, name in first.items() if name is not None and not getattr(store, mark)),
    )


def _same_spelling(left: str, right: str) -> bool:
    return server_key(left) == server_key(right)


def _same_scheme(left: str, right: str) -> bool:
    return _same_spelling(left, right) and split_url(left)[0].scheme == split_url(right)[0].scheme


def _decoded(part: str, text: str) -> str:
    """A percent-encoded collection name."""
    if _BAD_PERCENT.search(part):
        raise UsageError(f"{quoted(text)} has a % without two hex digits; write %25 for % in a name")
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeError:
        raise UsageError(f"{quoted(text)} does not decode to UTF-8; percent-encode UTF-8") from None


def check_collection(name: str, where: str = "") -> str:
    """`name` if Qdrant takes it for a new collection, else UsageError.

    That is 1 to 255 bytes of UTF-8 without `< > : " / | ? *`, backslash, NUL and 0x1F; `.` and `..` are
    refused too, because clients and proxies resolve them in URLs. `where` is what the name was taken from.
    """
    place = f" in {quoted(where)}" if where else ""
    if not name:
        raise UsageError(f"no collection is named{place}; add its name after the last /")
    if name in {".", ".."}:
        raise UsageError(f"no URL can carry the collection name {name}{place}; use another name")
    for char in name:
        if char in _REFUSED:
            raise UsageError(f"a collection name cannot contain {_named(char)}{place}; use another name")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise UsageError(f"the collection name{place} is not UTF-8 text; use another name") from None
    if size > MAX_COLLECTION_BYTES:
        raise UsageError(f"the collection name{place} has {size} bytes; Qdrant takes {MAX_COLLECTION_BYTES}")
    return name


def _named(char: str) -> str:
    return f'"{terminal_text(char)}"' if char != '"' else "'\"'"


def restored_address(source: Address, suffix: str) -> str:
    """The address, as text, that `source` is restored to unless another is named: `source` with `suffix`."""
    check_collection(source.collection + suffix, source.text + suffix)
    return source.text + suffix


def same_store(left: Address, right: Address) -> bool:
    """Whether both addresses are in one store, however it is written; host names are resolved if possible."""
    return _alike(left.store.config, right.store.config, same_server)


def _alike(one: StoreConfig, two: StoreConfig, servers_alike: Callable[[str, str], bool]) -> bool:
    if one.url is not None and two.url is not None:
        return servers_alike(one.url, two.url)
    return one.path is not None and two.path is not None and _same_folder(one.path, two.path)


def same_place(left: Address, right: Address) -> bool:
    """Whether both are one collection of one store, as far as names tell; readers resolve aliases."""
    return left.collection == right.collection and same_store(left, right)


def place_key(address: Address) -> str:
    """A text that is equal only for addresses of one place.

    It asks no DNS: addresses with different keys may still be `same_place`.
    """
    store = address.store.config
    if store.url is not None:
        return f"server:{server_key(store.url)}/{address.collection}"
    return f"embedded:{_folder(store.path)}/{address.collection}"


def _same_folder(left: Path, right: Path) -> bool:
    if _folder(left) == _folder(right):
        return True
    try:
        return left.samefile(right)
    except OSError:
        return False


def _folder(path: Path | None) -> str:
    return os.path.realpath(path or Path())
