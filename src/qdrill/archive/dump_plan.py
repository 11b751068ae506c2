"""What a foreign dump's survey leads to: the schema its rows must have, and whether texts are embedded."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import orjson

from qdrill.archive.dump_embed import Embed, Refill, embedded_size
from qdrill.archive.dump_file import DumpFile
from qdrill.archive.dump_index import DumpIndex
from qdrill.archive.dump_schema import Schema, checked_distance, infer_info, label_of
from qdrill.archive.dump_survey import Survey
from qdrill.archive.dump_vectors import Shape
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.schema.compat import describe_vectors
from qdrill.stores.base import CollectionInfo

_NO_SLOT = "no vector, and the schema has no single dense vector to make one for"


@dataclass(frozen=True, slots=True)
class SchemaOrigin:
    """Where the schema comes from: a collection's info or, where that is None, the rows and a distance."""

    like: CollectionInfo | None
    distance: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The schema and its info as JSON; how rows without a vector get one (None: they do not); a note on the schema."""

    schema: Schema
    info: bytes
    refill: Refill | None
    note: str

    def why_not(self, shape: Shape | None) -> str | None:
        """Why rows of a shape are left out; None when they are not."""
        if shape is None:
            return None if self.refill is not None else _NO_SLOT
        return self.schema.why_not(shape)


def schema_origin(shown: str, like: CollectionInfo | None, distance: str | None) -> SchemaOrigin:
    """The origin that the user named; `shown` is the dump's name.

    Raises:
        UsageError: none, or a distance that Qdrant does not have.
    """
    if like is None and distance is None:
        raise UsageError(
            f"{shown} has no manifest, so the distance cannot be known; name a collection of the same schema with "
            "--like or the distance with --distance"
        )
    return SchemaOrigin(like, checked_distance(distance) if distance is not None else "")


def make_plan(file: DumpFile, index: DumpIndex, survey: Survey, origin: SchemaOrigin, embed: Embed | None) -> Plan:
    """Settle the schema, and try the embedder on one text before anything is written.

    Raises:
        UsageError: its vectors have another size than the schema's.
    """
    text = _text_to_try(file, index, survey, origin) if embed is not None else None
    made = embedded_size(embed, text) if embed is not None and text is not None else None
    raw = origin.like.raw if origin.like is not None else _inferred(survey, made, origin.distance)
    info = msgspec.json.decode(raw)
    schema = Schema(info)
    note = _schema_note(terminal_text(describe_vectors(info), 300), origin)
    slot = schema.embeddable
    if embed is None or made is None or slot is None:
        return Plan(schema, raw, None, note)
    if made != slot.size:
        raise UsageError(
            f"the embedder makes vectors of {made} numbers and {label_of(slot.name)} in the schema for {file.shown} "
            f"has {slot.size}; use the embedder that the collection was made with"
        )
    return Plan(schema, raw, Refill(embed, slot, normalise=slot.name in schema.normalising), note)


def _text_to_try(file: DumpFile, index: DumpIndex, survey: Survey, origin: SchemaOrigin) -> str | None:
    """The text of the first row that needs a vector; None where none does or can have one."""
    if None not in survey.counts or (origin.like is not None and Schema(origin.like.data).embeddable is None):
        return None
    place = index.first_of_shape(survey.shapes.index(None))
    return str(orjson.loads(file.pieces(place).payload)["text"]) if place is not None else None


def _inferred(survey: Survey, made: int | None, distance: str) -> bytes:
    shapes = {shape: rows for shape, rows in survey.counts.items() if shape is not None}
    return orjson.dumps(infer_info(shapes, made, distance))


def _schema_note(words: str, origin: SchemaOrigin) -> str:
    if origin.like is None:
        return f"the schema was inferred from the rows: {words}; everything else is the target's default"
    return f"the distance named was not used: the schema was given ({words})" if origin.distance else ""
