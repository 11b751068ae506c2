"""Digests of a drill's files, and the chain from each record to the one before."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from qdrill import __version__
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.records.model import EVIDENCE_DIR, MARKDOWN_NAMES, RECORD_NAME, DrillRecord
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import load_record


def digest_file(path: Path) -> str:
    """`sha256:<hex>` of a file, read piece by piece; raises OSError."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def digest_bytes(data: bytes) -> str:
    """`sha256:<hex>` of `data`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def evidence_digests(directory: Path) -> dict[str, str]:
    """Digests of every file under `evidence/`, by path relative to the drill's directory; raises OSError."""
    files = sorted(path for path in (directory / EVIDENCE_DIR).rglob("*") if path.is_file())
    kept = (path for path in files if not path.name.startswith("."))
    return {path.relative_to(directory).as_posix(): digest_file(path) for path in kept}


def last_digest(drills: Path, *, but: str) -> str | None:
    """Digest of the record with the latest id in `drills` that can be read, leaving out the drill `but`."""
    records = (path for path in drills.glob(f"*/{RECORD_NAME}") if path.parent.name != but)
    for path in sorted(records, key=lambda path: path.parent.name, reverse=True):
        with contextlib.suppress(OSError):
            return digest_file(path)
    return None


def check_files(directory: Path, record: DrillRecord) -> list[str]:
    """What is wrong with the files that the record vouches for; a line each, none when all is well."""
    root = directory.resolve()
    found = ((name, _problem(root, name, digest)) for name, digest in record.integrity.files.items())
    return [f"{terminal_text(name)} {problem}" for name, problem in found if problem]


def check_record(directory: Path, record: DrillRecord) -> list[str]:
    """`check_files`, and whether the record still says what its Markdown was rendered from."""
    problems = check_files(directory, record)
    if record.who.tool == f"qdrill {__version__}" and not _renders_as_digested(record):
        problems.append(f"{RECORD_NAME} was changed after the drill: its Markdown says something else")
    return problems


def _renders_as_digested(record: DrillRecord) -> bool:
    """Another version may render in other words, so only a record of this one can be held against its Markdown."""
    kept = {name: digest for name, digest in record.integrity.files.items() if name not in MARKDOWN_NAMES.values()}
    bare = replace(record, integrity=replace(record.integrity, files=kept))
    digest = record.integrity.files.get(MARKDOWN_NAMES["en"])
    rendered = digest_bytes(render_markdown(bare, "en").encode("utf-8", "backslashreplace"))
    return digest is None or digest == rendered


def _problem(root: Path, name: str, digest: str) -> str:
    # The record is data: a path in it must not make us read outside of the drill's directory.
    if "\0" in name or not (root / name).resolve().is_relative_to(root):
        return "points outside of the drill's directory"
    try:
        return "" if digest_file(root / name) == digest else "was changed after the drill"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def check_chain(drills: Path) -> list[str]:
    """Where the chain of records in `drills` is broken: a record gone or changed; one line each."""
    digests: set[str] = set()
    previous: dict[str, str] = {}
    for path in sorted(drills.glob(f"*/{RECORD_NAME}")):
        try:
            digests.add(digest_file(path))
            links = load_record(path).integrity
        except (OSError, ArchiveError):
            continue
        digests.update(filter(None, [links.opened]))
        if links.previous:
            previous[path.parent.name] = links.previous
    return _broken(previous, digests)


def _broken(previous: Mapping[str, str], digests: Iterable[str]) -> list[str]:
    known = set(digests)
    return [
        f"the record before drill {terminal_text(name)} is missing or was changed"
        for name, digest in previous.items()
        if digest not in known
    ]
