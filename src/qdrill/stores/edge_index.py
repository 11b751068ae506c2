"""Payload indexes of embedded collections: `field_schema` for the engine and for `payload_schema`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qdrant_edge

from qdrill.stores.edge_config import member, memory
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_rows import refused


def index_type(schema: Any) -> str:
    """The type's name (`keyword`, `text`, ...) in a type name or a parameter object.

    Raises:
        Refused: neither.
    """
    name = schema.get("type") if isinstance(schema, Mapping) else schema
    if not isinstance(name, str):
        raise refused("Format error in JSON body: an index needs a type")
    return name


def schema_entry(schema: Any) -> dict[str, Any]:
    """How Qdrant's info shows this index, without the number of points."""
    entry: dict[str, Any] = {"data_type": index_type(schema)}
    if isinstance(schema, Mapping):
        entry["params"] = dict(schema)
    return entry


def field_index(field_name: str, schema: Any) -> qdrant_edge.UpdateOperation:
    """The engine's operation that creates a payload index, all parameters included.

    Raises:
        UsageError: an index type or option that the engine does not know.
        Refused: parameters of the wrong type.
    """
    kind = member(qdrant_edge.PayloadSchemaType, index_type(schema), "payload index type")
    try:
        return qdrant_edge.UpdateOperation.create_field_index(field_name, _params(schema) or kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise refused(f"Format error in JSON body: {shown(str(error).splitlines()[0])}") from None


def _params(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return None
    class_name = f"{index_type(schema).capitalize()}IndexParams"
    options = {name: value for name, value in schema.items() if name != "type" and value is not None}
    return getattr(qdrant_edge, class_name)(**{n: _option(n, value) for n, value in options.items()})


def _option(name: str, value: Any) -> Any:
    return _OPTIONS[name](value) if name in _OPTIONS else value


def _tokenizer(value: Any) -> Any:
    return member(qdrant_edge.TokenizerType, value, "tokenizer")


def _language(value: Any) -> Any:
    return member(qdrant_edge.Language, value, "stopword language")


def _stopwords(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return _language(value)
    languages = {_language(name) for name in value.get("languages") or ()}
    return qdrant_edge.StopwordsSet(languages or None, set(value.get("custom") or ()) or None)


def _stemmer(value: Any) -> Any:
    options = value if isinstance(value, Mapping) else {}
    if options.get("type") == "snowball":
        language = member(qdrant_edge.SnowballLanguage, options.get("language"), "stemmer language")
        return qdrant_edge.SnowballParams(language)
    if options.get("type") in ("none", "disabled"):
        return qdrant_edge.DisabledStemmer()
    raise refused("Format error in JSON body: unknown stemmer")


def _scoring(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    kind = value.get("type") if isinstance(value, Mapping) else value
    return qdrant_edge.TextScoringParams(member(qdrant_edge.TextScoringType, kind, "text scoring"))


_OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "memory": memory,
    "tokenizer": _tokenizer,
    "stopwords": _stopwords,
    "stemmer": _stemmer,
    "scoring": _scoring,
}
