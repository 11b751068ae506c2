"""What the doctor looks at. Every check answers with findings and writes nothing to a store."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qdrill import __version__, units
from qdrill.cli.context import AppContext
from qdrill.config import EmbedderConfig, StoreConfig
from qdrill.errors import ExitCode, Interrupted, QdrillError
from qdrill.names import terminal_text

State = Literal["ok", "info", "warning", "problem", "not checked"]
LITTLE_SPACE = 1_000_000_000
_LIBRARIES = ("qdrant-client", "qdrant-edge-py", "httpx", "numpy", "orjson", "msgspec", "blake3", "rich", "click")
_PROBE = "qdrill"
_LOOPBACK = "loopback:"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `code` is the exit code that it asks for, 0 for none."""

    area: str
    name: str
    state: State
    detail: str
    code: int = 0


def examine(app: AppContext) -> list[Finding]:
    """All findings, in the order of the report."""
    findings = [*_versions(), *_configuration(app)]
    if any(found.code for found in findings):
        skipped = "the configuration cannot be used"
        return [
            *findings,
            *(Finding(area, "all", "not checked", skipped) for area in ("stores", "embedders", "signals")),
        ]
    for store in app.config.stores.values():
        findings += _guarded("stores", store.label, ExitCode.STORE, _store(app, store))
    for embedder in app.config.embedders.values():
        findings += _guarded("embedders", embedder.name, ExitCode.INCONCLUSIVE, _embedder(app, embedder))
    return [*findings, *_signals(app), *_disk(app.config.artifacts)]


def _guarded(area: str, name: str, code: ExitCode, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, and what stopped them; a wrong configuration keeps its own exit code."""
    try:
        yield from found
    except Interrupted:
        raise
    except QdrillError as error:
        wrong = int(ExitCode.USAGE if error.exit_code == ExitCode.USAGE else code)
        yield Finding(area, name, "problem", str(error), wrong)


def _versions() -> Iterator[Finding]:
    yield Finding("versions", "qdrill", "info", __version__)
    yield Finding("versions", "python", "info", f"{platform.python_version()} on {platform.system()}")
    for library in _LIBRARIES:
        try:
            yield Finding("versions", library, "info", importlib.metadata.version(library))
        except importlib.metadata.PackageNotFoundError:
            yield Finding("versions", library, "problem", "not installed; install qdrill again", int(ExitCode.USAGE))


def _configuration(app: AppContext) -> Iterator[Finding]:
    try:
        config = app.config
    except QdrillError as error:
        yield Finding("configuration", "drills.toml", "problem", str(error), int(ExitCode.USAGE))
        return
    if config.file is None:
        yield Finding("configuration", "drills.toml", "info", "there is none here; defaults are used")
        return
    drills, stores = units.plural(len(config.drills), "drill"), units.plural(len(config.stores), "store")
    yield Finding("configuration", "drills.toml", "ok", f"{terminal_text(str(config.file))}: {drills}, {stores}")


def _store(app: AppContext, config: StoreConfig) -> Iterator[Finding]:
    yield from _plain_key(config)
    store = app.store(config)
    version = store.version()
    names = store.collections()
    yield Finding("stores", config.label, "ok", f"{version}; {units.plural(len(names), 'collection')}")
    if names:
        reader = store.reader(names[0])
        reader.info()
        reader.scroll_ids(None, 1)
        reader.close()
        yield Finding("stores", config.label, "ok", "points can be read")
    else:
        yield Finding("stores", config.label, "not checked", "reading points: there is no collection to read")
    yield _write_right(config)


def _plain_key(config: StoreConfig) -> Iterator[Finding]:
    from qdrill.urls import server_key

    if config.url is None or config.api_key_env is None or not config.url.startswith("http://"):
        return
    if not server_key(config.url).startswith(_LOOPBACK):
        words = "its key goes over plain HTTP, where everybody on the way can read it; use https"
        yield Finding("stores", config.label, "warning", words)


def _write_right(config: StoreConfig) -> Finding:
    """Writing is told by the configuration alone: a probe would have to write."""
    if config.production or config.read_only:
        mark = "production" if config.production else "read_only"
        return Finding("stores", config.label, "info", f"restoring into it is refused ({mark} = true)")
    if config.url is not None:
        words = "writing: a probe would have to write; a drill's preflight tells"
        return Finding("stores", config.label, "not checked", words)
    place = _existing(config.path or Path())
    if os.access(place, os.W_OK):
        return Finding("stores", config.label, "ok", "its directory can be written")
    words = f"{terminal_text(str(place))} cannot be written, so nothing can be restored into it"
    return Finding("stores", config.label, "warning", words)


def _embedder(app: AppContext, config: EmbedderConfig) -> Iterator[Finding]:
    from qdrill.embedders.base import is_sparse
    from qdrill.embedders.open import open_embedder
    from qdrill.embedders.transport import Patience

    patience = Patience(connect=3.0, read=15.0, batch=20.0, delays=())
    embedder = open_embedder(config.name, config, app.environ, app.control, patience=patience)
    try:
        vector = embedder.embed([_PROBE], query=True)[0]
    finally:
        embedder.close()
    what = "sparse vectors" if is_sparse(vector) else f"vectors of {len(vector)} numbers"
    yield Finding("embedders", config.name, "ok", f"{config.kind}: {what}")


def _signals(app: AppContext) -> Iterator[Finding]:
    """Services that give evidence: without them a drill still runs, so they ask for no exit code."""
    from qdrill.cli.doctor_signals import services

    for name, ask in services(app.config, app.environ, app.control):
        try:
            yield Finding("signals", name, "ok", ask())
        except Interrupted:
            raise
        except QdrillError as error:
            yield Finding("signals", name, "warning", str(error))


def _disk(artifacts: Path) -> Iterator[Finding]:
    place = _existing(artifacts)
    shown = terminal_text(str(artifacts))
    if not place.is_dir() or not os.access(place, os.W_OK):
        words = f"{shown} cannot be written; set artifacts in drills.toml to a directory that can"
        yield Finding("disk", "artifacts", "problem", words, int(ExitCode.USAGE))
        return
    free = _attempt(lambda: shutil.disk_usage(place).free)
    if free is None:
        yield Finding("disk", "artifacts", "not checked", f"{shown}: the free space is unknown")
    elif free < LITTLE_SPACE:
        yield Finding("disk", "artifacts", "warning", f"{shown}: only {units.size(free)} free; an archive may not fit")
    else:
        yield Finding("disk", "artifacts", "ok", f"{shown}: {units.size(free)} free")


def _attempt(ask: Callable[[], int]) -> int | None:
    try:
        return ask()
    except OSError:
        return None


def _existing(path: Path) -> Path:
    """`path` or the nearest parent that exists."""
    absolute = path.absolute()
    return next((place for place in (absolute, *absolute.parents) if place.exists()), absolute)
