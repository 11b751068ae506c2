"""Filling in what a person adds to a finished record.

What the drill found is never touched, and every former form of the record is kept beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from qdrill.errors import ArchiveError, OutputError, UsageError
from qdrill.files import output_errors, write_whole
from qdrill.names import terminal_text
from qdrill.records.attachments import attached, find_picture, new_files, take_picture
from qdrill.records.build import aware, screens
from qdrill.records.codec import encodable, holds, to_table
from qdrill.records.integrity import (
    PENDING_NAME,
    check_record,
    digest_bytes,
    is_amended,
    page_bytes,
    tool_here,
    without_pages,
)
from qdrill.records.kept import kept_searches
from qdrill.records.lock import held
from qdrill.records.model import EARLIER_DIR, MARKDOWN_NAMES, RECORD_NAME, Amended, DrillRecord
from qdrill.records.render_toml import load_record, parse_record, read_record, render_toml
from qdrill.urls import BadUrl, split_url

_WHO = ("operator", "reviewer", "ticket", "notes")
_LINKS = ("grafana", "screenshot")
_URL_STARTS = ("http://", "https://")
_SECRET = re.compile("token|key|password|secret", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a person fills in; None leaves a field as it is, an empty text empties it.

    `grafana` is an http(s) URL. `screenshot` is one too, or the path of a picture: one that lies outside of the
    drill's directory is copied to its evidence.
    """

    operator: str | None = None
    reviewer: str | None = None
    ticket: str | None = None
    notes: str | None = None
    grafana: str | None = None
    screenshot: str | None = None


def amend(
    directory: Path, change: Amendment, *, attach: Sequence[str] = (), now: datetime | None = None
) -> DrillRecord:
    """Fill in the person's fields of the finished record in `directory`; save it and its Markdown again.

    Files that came to `evidence/` since the record was saved, and those of `attach` (paths relative to
    `directory`), are digested and linked. The form of the record before stays under `evidence/earlier/`. Where
    nothing is new, nothing is written. Of two amendments at a time one waits for the other. Returns the record
    as it is then.

    Raises:
        UsageError: the drill has not finished, a field does not fit, a file is not there or outside.
        ArchiveError: the record is damaged, or was changed by hand.
        OutputError: it cannot be written.
    """
    with held(directory):
        _finish_cut_off(directory)
        record, former = _amendable(directory)
        values = _values(record, change)
        _check(directory, values)
        names = [attached(directory, name) for name in attach]
        if picture := _local(values.get("screenshot")):
            values["screenshot"] = take_picture(directory, find_picture(directory, picture))
            names.append(values["screenshot"])
        files = new_files(directory, record.integrity.files, names)
        changed = (*values, *(["evidence"] if files else []))
        if not changed:
            return record
        path = f"{EARLIER_DIR}/drill-{len(record.amended) + 1}.toml"
        write_whole(directory / path, former)
        once = Amended(aware(now or datetime.now(UTC)), changed, path, tool_here())
        filled = _filled(record, values)
        return _save(directory, _with(directory, filled, {**files, path: digest_bytes(former)}, once))


def _amendable(directory: Path) -> tuple[DrillRecord, bytes]:
    """The record and its bytes; raises UsageError or ArchiveError where it must not be amended."""
    record, former = read_record(directory)
    drill = terminal_text(directory.name)
    if record.time.finished is None:
        raise UsageError(f"drill {drill} has not finished, or was killed; only a finished drill's record is amended")
    problems = check_record(directory, record)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        step = "restore its files from a copy, then amend it"
        raise ArchiveError(f"the record of drill {drill} is not amended: {problems[0]}{more}; {step}")
    if not holds(to_table(record), tomllib.loads(former.decode("utf-8"))):
        raise ArchiveError(f"the record of drill {drill} has fields of a newer qdrill; amend it with that one")
    return record, former


def _values(record: DrillRecord, change: Amendment) -> dict[str, str]:
    """The fields of `change` that are not in the record already, without spaces around them."""
    now = {name: getattr(record.who, name) for name in _WHO}
    now.update({name: getattr(record.metrics, name) or "" for name in _LINKS})
    given = {name: getattr(change, name) for name in now}
    tidy = {name: encodable(text).strip().replace("\r\n", "\n") for name, text in given.items() if text is not None}
    return {name: text for name, text in tidy.items() if text != now[name]}


def _check(directory: Path, values: Mapping[str, str]) -> None:
    """Raise UsageError for a link or a picture that cannot be one."""
    grafana, picture = values.get("grafana"), values.get("screenshot")
    if grafana:
        _check_url("Grafana link", grafana)
    if picture and _local(picture):
        find_picture(directory, picture)
    elif picture:
        _check_url("screenshot link", picture)


def _local(picture: str | None) -> str | None:
    """`picture` where it is a path, not a URL."""
    return None if not picture or picture.lower().startswith(_URL_STARTS) else picture


def _check_url(what: str, url: str) -> None:
    try:
        split_url(url)
    except BadUrl as error:
        raise UsageError(f"the {what} {error}") from error
    if any(_SECRET.search(key) for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)):
        raise UsageError(f"the {what} must not hold a key or token; leave it out, a record is for others to read")


def _filled(record: DrillRecord, values: Mapping[str, str]) -> DrillRecord:
    who = {name: values[name] for name in _WHO if name in values}
    metrics = replace(
        record.metrics,
        grafana=values.get("grafana", record.metrics.grafana) or None,
        screenshot=values.get("screenshot", record.metrics.screenshot) or None,
    )
    return replace(record, who=replace(record.who, **who), metrics=metrics)


def _with(directory: Path, record: DrillRecord, added: Mapping[str, str], once: Amended) -> DrillRecord:
    """The record with files added, and everything that follows from its files."""
    files = {**record.integrity.files, **added}
    return replace(
        record,
        screenshots=screens(files),
        kept=kept_searches(directory, files),
        amended=(*record.amended, once),
        integrity=replace(record.integrity, files=files),
    )


def _save(directory: Path, record: DrillRecord) -> DrillRecord:
    """Write Markdown and record, the record last. What it is to become lies beside it until all is written."""
    bare = without_pages(record)
    pages = {MARKDOWN_NAMES["en"]: page_bytes(bare, "en"), MARKDOWN_NAMES["zh"]: page_bytes(bare, "zh")}
    files = {**bare.integrity.files, **{name: digest_bytes(page) for name, page in pages.items()}}
    text = render_toml(replace(bare, integrity=replace(bare.integrity, files=files)))
    pending = directory / PENDING_NAME
    write_whole(pending, text.encode())
    _replace_all(directory, {**pages, RECORD_NAME: text.encode()}, pending)
    _remove(pending)
    return parse_record(text)


def _replace_all(directory: Path, contents: Mapping[str, bytes], pending: Path) -> None:
    for number, (name, content) in enumerate(contents.items()):
        try:
            write_whole(directory / name, content)
        except OutputError:
            if number == 0:  # nothing was replaced yet, so nothing has to be finished
                _remove(pending)
            raise


def _remove(path: Path) -> None:
    with output_errors(path):
        path.unlink(missing_ok=True)


def _finish_cut_off(directory: Path) -> None:
    """Finish an amendment that a power cut or a full disk stopped between its files."""
    pending = directory / PENDING_NAME
    if pending.exists():
        wanted = _wanted(directory, pending)
        _remove(pending) if wanted is None else _save(directory, wanted)


def _wanted(directory: Path, pending: Path) -> DrillRecord | None:
    """What `pending` wants the record to become; None unless it amends the record as it is now."""
    record, former = read_record(directory)
    try:
        wanted = load_record(pending)
    except ArchiveError:
        return None
    last = wanted.amended[-1] if wanted.amended else None
    if last is None or wanted.integrity.files.get(last.former) != digest_bytes(former):
        return None
    if not is_amended(record, wanted):
        return None
    return replace(wanted, amended=(*wanted.amended[:-1], replace(last, tool=tool_here())))
