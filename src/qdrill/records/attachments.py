"""Files that a person adds to a finished drill: found, kept inside of its directory, digested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from qdrill.errors import ArchiveError, UsageError
from qdrill.files import output_errors, size_text, write_whole
from qdrill.names import terminal_text
from qdrill.records.codec import encodable
from qdrill.records.integrity import PENDING_NAME, digest_file, evidence_files
from qdrill.records.model import EARLIER_DIR, EVIDENCE_DIR, MARKDOWN_NAMES, RECORD_NAME

MAX_PICTURE_BYTES = 64_000_000
_OWN = frozenset({RECORD_NAME, PENDING_NAME, *MARKDOWN_NAMES.values()})
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def attached(directory: Path, name: str) -> str:
    """The path `name` of a file in the drill's directory, relative to it; raises UsageError."""
    said, root = terminal_text(name, 200), directory.resolve()
    path = _resolved(root / name) if "\0" not in name else None
    if path is None or not path.is_relative_to(root):
        raise UsageError(f"{said} is outside of the drill's directory; copy it into {EVIDENCE_DIR}/ first")
    inside = path.relative_to(root).as_posix()
    if inside in _OWN or inside.startswith(f"{EARLIER_DIR}/"):
        raise UsageError(f"{said} belongs to the record itself; attach a file of {EVIDENCE_DIR}/")
    if not path.is_file():
        where = terminal_text(str(directory))
        raise UsageError(f"there is no file {said} in {where}; give a path such as {EVIDENCE_DIR}/screen.svg")
    if inside != encodable(inside):
        raise UsageError(f"the name {said} is no UTF-8 and cannot be written down; rename the file")
    return inside


def find_picture(directory: Path, text: str) -> Path:
    """The file that `text` names, in the drill's directory or else from here; raises UsageError."""
    said = terminal_text(text, 200)
    places = () if "\0" in text else (directory / text, _home(text))
    path = next((one for one in places if one.is_file()), None)
    if path is None:
        raise UsageError(f"there is no screenshot {said}; give the path of a picture or an http(s) URL")
    size = path.stat().st_size
    if size > MAX_PICTURE_BYTES:
        raise UsageError(f"the screenshot {said} has {size_text(size)}, which is no picture; give a smaller file")
    return path


def take_picture(directory: Path, picture: Path) -> str:
    """Path of `picture` in the drill's directory; one from elsewhere is copied to the evidence.

    Raises:
        UsageError: it is a part of the record, or cannot be read.
        OutputError: the copy cannot be written.
    """
    path = picture.resolve()
    if path.is_relative_to(directory.resolve()):
        return attached(directory, str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"cannot read the screenshot {terminal_text(str(picture))}: {why}") from error
    copy = _free(directory, path.suffix.lower())
    write_whole(copy, data)
    return copy.relative_to(directory).as_posix()


def _free(directory: Path, suffix: str) -> Path:
    """A name nobody has that Markdown can link."""
    kind = suffix if _SUFFIX.fullmatch(suffix) else ""
    folder, number = directory / EVIDENCE_DIR, 1
    with output_errors(folder):
        taken = {one.stem for one in folder.glob("screenshot-*")}
    while f"screenshot-{number}" in taken:
        number += 1
    return folder / f"screenshot-{number}{kind}"


def new_files(directory: Path, known: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
    """Digests of what lies under `evidence/` or is in `names` and is not `known` yet; raises ArchiveError."""
    try:
        found = sorted({*evidence_files(directory), *names}.difference(known))
        return {name: digest_file(directory / name) for name in found}
    except OSError as error:
        name, why = terminal_text(str(error.filename or directory)), error.strerror or str(error)
        raise ArchiveError(f"cannot read the evidence {name}: {why}; check its permissions") from error


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return None


def _home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
