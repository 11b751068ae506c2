"""A drills.toml in a folder of its own, for tests."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from qdrill.config import Config, load_config
from qdrill.errors import UsageError

STORE = '[stores.local]\nurl = "http://localhost:6333"\n'
DRILL = STORE + '[[drill]]\nname = "nightly"\n'


def load(text: str | bytes | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Loads ./drills.toml of an empty folder, written with `text` (None: no file)."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        if text is not None:
            Path("drills.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config(None, environ or {})


def refused(text: str | bytes | None, environ: Mapping[str, str] | None = None) -> str:
    """The message that such a drills.toml is refused with: one printable line."""
    with pytest.raises(UsageError) as caught:
        load(text, environ)
    message = str(caught.value)
    assert message.isprintable()
    return message
