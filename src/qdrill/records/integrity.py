"""Digests of a drill's files, and the chain from each record to the one before."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qdrill import __version__
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.records.codec import encodable
from qdrill.records.model import EARLIER_DIR, EVIDENCE_DIR, MARKDOWN_NAMES, RECORD_NAME, DrillRecord, Lang, Who
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import load_record, render_toml

PENDING_NAME = ".amended.toml"
"""The form an amendment is about to give the record; gone once its Markdown and the record are written."""
_PAGES = frozenset(MARKDOWN_NAMES.values())


def digest_file(path: Path) -> str:
    """`sha256:<hex>` of a file, read piece by piece; raises OSError."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def digest_bytes(data: bytes) -> str:
    """`sha256:<hex>` of `data`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def evidence_digests(directory: Path) -> dict[str, str]:
    """Digests of every file under `evidence/`, by path relative to the drill's directory; raises OSError."""
    return {name: digest_file(directory / name) for name in evidence_files(directory)}


def evidence_files(directory: Path) -> list[str]:
    """Paths of the files under `evidence/` that a record can vouch for, sorted, relative to the drill's directory.

    Left out are hidden files, links that lead outside, names that no text can hold, and earlier records, which
    only an amendment adds.
    """
    root = directory.resolve()
    files = sorted(path for path in (directory / EVIDENCE_DIR).rglob("*") if path.is_file())
    inside = (path for path in files if not path.name.startswith(".") and path.resolve().is_relative_to(root))
    names = (path.relative_to(directory).as_posix() for path in inside)
    return [name for name in names if name == encodable(name) and not name.startswith(f"{EARLIER_DIR}/")]


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
    """`check_files`, whether the record still says what its Markdown was rendered from, and its amendments."""
    problems = check_files(directory, record)
    # Another version may render in other words, so only what this one rendered can be held against the record.
    rendered_by = record.amended[-1].tool if record.amended else record.who.tool
    if rendered_by == tool_here() and not _renders_as_digested(record):
        problems.append(f"{RECORD_NAME} was changed after the drill: its Markdown says something else")
    problems.extend(_amendment_problems(directory, record))
    if (directory / PENDING_NAME).exists():
        problems.append("an amendment of the record was cut off; amend the drill again to finish it")
    return problems


def tool_here() -> str:
    """This qdrill, as records name it."""
    return f"qdrill {__version__}"


def _renders_as_digested(record: DrillRecord) -> bool:
    digest = record.integrity.files.get(MARKDOWN_NAMES["en"])
    if digest is None:  # only a drill under way has no Markdown yet
        return record.time.finished is None
    return digest == digest_bytes(page_bytes(without_pages(record), "en"))


def page_bytes(record: DrillRecord, lang: Lang) -> bytes:
    """The Markdown of `record` as it lies in its file."""
    return render_markdown(record, lang).encode("utf-8", "backslashreplace")


def without_pages(record: DrillRecord) -> DrillRecord:
    """The record as its Markdown was rendered from it: without the digests of the Markdown itself."""
    files = {name: digest for name, digest in record.integrity.files.items() if name not in _PAGES}
    return replace(record, integrity=replace(record.integrity, files=files))


def _amendment_problems(directory: Path, record: DrillRecord) -> list[str]:
    forms = ((one.former, _earlier(directory, record, one.former)) for one in record.amended)
    return [
        f"{RECORD_NAME} was changed after the drill: {terminal_text(name)} is not what was amended"
        for name, form in forms
        if form is None or not is_amended(form, record)
    ]


def _earlier(directory: Path, record: DrillRecord, name: str) -> DrillRecord | None:
    """The form of `record` kept as `name`; None where it is not what the record vouches for."""
    digest = record.integrity.files.get(name)
    if digest is None or _problem(directory.resolve(), name, digest):
        return None
    try:
        return load_record(directory / name)
    except ArchiveError:
        return None


def is_amended(earlier: DrillRecord, later: DrillRecord) -> bool:
    """Whether `later` is `earlier` with nothing but what a person may add: every finding and file is the same."""
    files, before = later.integrity.files, without_pages(earlier).integrity.files
    return (
        _findings(earlier) == _findings(later)
        and earlier.amended == later.amended[: len(earlier.amended)]
        and all(files.get(name) == digest for name, digest in before.items())
    )


def _findings(record: DrillRecord) -> str:
    """What no amendment may change; as text, in which a number that is none equals itself."""
    who = record.who
    drilled = Who(host=who.host, tool=who.tool, python=who.python, runbook=who.runbook)
    metrics = replace(record.metrics, grafana=None, screenshot=None)
    integrity = replace(record.integrity, files={})
    bare = replace(record, who=drilled, metrics=metrics, integrity=integrity, screenshots=(), kept=(), amended=())
    return render_toml(bare)


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
    return [f"the record before drill {terminal_text(name)} is missing or was changed" for name in broken_links(drills)]


def broken_links(drills: Path) -> list[str]:
    """Ids of the drills in `drills` whose record names one before it that is gone or was changed."""
    digests: set[str] = set()
    previous: dict[str, str] = {}
    for path in sorted(drills.glob(f"*/{RECORD_NAME}")):
        try:
            digests.add(digest_file(path))
            record = load_record(path)
        except (OSError, ArchiveError):
            continue
        links = record.integrity
        digests.update(filter(None, [links.opened]))
        digests.update(_earlier_digests(path.parent, record))
        if links.previous:
            previous[path.parent.name] = links.previous
    return [name for name, digest in previous.items() if digest not in digests]


def _earlier_digests(directory: Path, record: DrillRecord) -> Iterator[str]:
    """Digests of the forms the record had before its amendments, which later drills may have chained to."""
    for name in (one.former for one in record.amended):
        form = _earlier(directory, record, name)
        if form is not None and is_amended(form, record):
            yield record.integrity.files[name]
