"""What all manifests have in common: a JSON document, a member a line, whose last member is the digest of the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.rows.digest import digest_of
from qdrill.rows.splice import UNREADABLE

M = TypeVar("M", bound="Described")


class Source(msgspec.Struct, frozen=True):
    """Where the data came from; holds no secret."""

    address: str
    collection: str
    server_version: str
    identity: str


class Described(msgspec.Struct, frozen=True):
    """What every manifest says first.

    Attributes:
        info: the collection's info, byte for byte as the source gave it.
        points: of the backup. bytes: size of the data file.
    """

    source: Source
    info: msgspec.Raw
    aliases: tuple[str, ...]
    points: int
    bytes: int

    @property
    def info_data(self) -> dict[str, Any]:
        """The collection's info, decoded."""
        data: dict[str, Any] = msgspec.json.decode(self.info)
        return data


@dataclass(frozen=True, slots=True)
class Kind(Generic[M]):
    """A kind of manifest.

    Attributes:
        family: what its schema begins with; `schema` is the version that is read here.
        render: the same manifest gives the same bytes.
        without: what to say of a manifest that is missing. other: of a file of another family.
    """

    type: type[M]
    family: str
    schema: str
    render: Callable[[M], bytes]
    without: str
    other: str


class _SchemaOnly(msgspec.Struct):
    schema: str


def member(name: str, value: object) -> bytes:
    """One member of the document."""
    return b"%b:%b" % (msgspec.json.encode(name), msgspec.json.encode(value))


def sealed(members: Sequence[bytes]) -> bytes:
    """The document of `members`, with its digest."""
    body = b"{\n" + b",\n".join(members)
    return body + b",\n" + member("manifest_digest", digest_of(body)) + b"\n}\n"


def schema_of(data: bytes) -> str:
    """The schema that a document names; raises one of `UNREADABLE`."""
    return msgspec.json.decode(data, type=_SchemaOnly).schema


def read_checked(path: Path, kind: Kind[M]) -> M:
    """The manifest at `path`.

    Raises:
        ArchiveError: missing, damaged, of another family, or of a later version of qdrill.
    """
    shown = terminal_text(str(path), 300)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"cannot read {shown}: {error.strerror}; {kind.without}") from error
    try:
        _refuse_other(schema_of(data), shown, kind)
        manifest = msgspec.json.decode(data, type=kind.type)
        # The info is kept as it came and not looked into, so bytes that are no text show only here.
        whole = kind.render(manifest) == data
    except UNREADABLE as error:
        raise ArchiveError(_damaged(shown)) from error
    if not whole:
        raise ArchiveError(_damaged(shown))
    return manifest


def _refuse_other(schema: str, shown: str, kind: Kind[M]) -> None:
    if not schema.startswith(kind.family):
        raise ArchiveError(f"{shown} {kind.other}")
    if schema != kind.schema:
        raise ArchiveError(f"{shown} has schema {terminal_text(schema, 60)}, made by a later qdrill; use that version")


def _damaged(shown: str) -> str:
    return f"the manifest {shown} is damaged (its digest does not fit); restore from another backup"
