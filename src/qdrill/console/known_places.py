"""The places that the console knows of, for every form in which one is named: addresses, archives, restored ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qdrill.address import parse_address, restored_address
from qdrill.config_model import Config
from qdrill.console.engine import Engine
from qdrill.errors import QdrillError


def default_target(source: str, config: Config) -> str:
    """Where a source is restored to unless another target is named; empty while the source is no address."""
    if "://" in source:
        return source.strip() + config.restored_suffix  # looking closer may ask DNS, and this is a hint
    try:
        return restored_address(parse_address(source.strip(), config), config.restored_suffix)
    except QdrillError:
        return ""


def known_addresses(config: Config) -> list[str]:
    """Addresses that the configuration speaks of."""
    of_drills = [address for drill in config.drills for address in (drill.source, drill.target)]
    of_stores = [f"{name}/{config.runbook.collection}" for name in config.stores]
    return list(dict.fromkeys([*of_drills, *of_stores]))


@dataclass(frozen=True, slots=True)
class Offers:
    """Places to choose from; `problems` has a line for each store that cannot be listed."""

    archives: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def archive_text(path: Path) -> str:
    """A path as text that is read as a path, whatever its first part is called."""
    return str(path) if path.is_absolute() else f"./{path}"


def short_place(text: str) -> str:
    """A place without the directories of an archive; a title has no room for them."""
    archive = text.endswith((".json", ".snapshot")) and "://" not in text
    return text.rpartition("/")[2] if archive else text


def offers_of(engine: Engine) -> Offers:
    """The archives at hand and the collections of all stores; asks the stores, so call it from a thread."""
    rows = list(engine.overview(engine.stores()))
    return Offers(
        tuple(archive_text(path) for path in engine.archives()),
        tuple(sorted(row.address for row in rows if row.collection is not None)),
        tuple(f"{row.store}: {row.error}" for row in rows if row.collection is None and row.error),
    )
