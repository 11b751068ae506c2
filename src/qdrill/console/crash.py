"""What is left of a defect: a log without the values of variables, and without the secrets that we know of."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from qdrill import __version__
from qdrill.config_model import Config
from qdrill.files import make_directory, write_text

_HIDDEN = "<hidden>"
_SHORTEST_SECRET = 4


def secrets(environ: Mapping[str, str], names: Iterable[str | None]) -> tuple[str, ...]:
    """Values of the environment variables that the configuration names as keys."""
    found = (environ.get(name, "") for name in names if name)
    return tuple(value for value in found if len(value) >= _SHORTEST_SECRET)


def key_names(config: Config) -> Iterator[str | None]:
    """Names of the environment variables that hold a key, as the configuration has them; None where one has none."""
    services = (config.prometheus, config.rag_api, config.grafana)
    groups = (config.stores, config.embedders, config.metrics)
    holders = [*(one for group in groups for one in group.values()), *(one for one in services if one)]
    return (one.api_key_env for one in holders)


def masked(text: str, hidden: Iterable[str]) -> str:
    """`text` without the secrets."""
    for secret in hidden:
        text = text.replace(secret, _HIDDEN)
    return text


def write_crash(error: BaseException, folder: Path, hidden: Iterable[str]) -> Path:
    """Write where `error` came from: files, lines and source, no local variables, no secrets. Raises OutputError."""
    now = datetime.now(UTC)
    lines = [f"qdrill {__version__}  {now.isoformat(timespec='seconds')}\n", *traceback.format_exception(error)]
    make_directory(folder)
    path = folder / f"console-{now:%Y%m%dT%H%M%S%f}.log"
    write_text(path, masked("".join(lines), hidden))
    return path
