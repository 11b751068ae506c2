"""From collection configuration and index schemas to the engine's own objects."""

from __future__ import annotations

import re
from typing import Any

import qdrant_edge as edge

from tests.support.restserver.config import named_vectors
from tests.support.restserver.errors import no_variant, wrong_input
from tests.support.restserver.jsonbody import JsonDict

_DATATYPES = {
    "float32": edge.VectorStorageDatatype.Float32,
    "float16": edge.VectorStorageDatatype.Float16,
    "uint8": edge.VectorStorageDatatype.Uint8,
    "turbo4": edge.VectorStorageDatatype.Turbo4,  # type: ignore[attr-defined]
}

INDEX_PARAMS: dict[str, Any] = {
    "keyword": edge.KeywordIndexParams,
    "integer": edge.IntegerIndexParams,
    "float": edge.FloatIndexParams,
    "geo": edge.GeoIndexParams,
    "text": edge.TextIndexParams,
    "bool": edge.BoolIndexParams,
    "datetime": edge.DatetimeIndexParams,
    "uuid": edge.UuidIndexParams,
}


def edge_config(config: JsonDict) -> edge.EdgeConfig:
    sparse = config["params"].get("sparse_vectors") or {}
    return edge.EdgeConfig(
        vectors={name: _vector(params) for name, params in named_vectors(config).items()},
        sparse_vectors={name: _sparse(params) for name, params in sparse.items()},
    )


def _vector(params: JsonDict) -> edge.EdgeVectorParams:
    multi = None
    if params.get("multivector_config"):
        multi = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    return edge.EdgeVectorParams(
        size=params["size"],
        distance=getattr(edge.Distance, params["distance"]),
        multivector_config=multi,
        datatype=_DATATYPES.get(params.get("datatype", "")),
    )


def _sparse(params: JsonDict) -> edge.EdgeSparseVectorParams:
    modifier = edge.Modifier.Idf if params.get("modifier") == "idf" else None
    return edge.EdgeSparseVectorParams(modifier=modifier)


def index_schema(schema: Any, body: bytes) -> tuple[JsonDict, Any]:
    """A field schema as the info shows it, and as the engine takes it."""
    kind = schema if isinstance(schema, str) else (schema or {}).get("type")
    if kind not in INDEX_PARAMS:
        raise no_variant("PayloadFieldSchema", body)
    if isinstance(schema, str):
        return {"data_type": kind}, getattr(edge.PayloadSchemaType, kind.capitalize())
    params = {name: value for name, value in schema.items() if value is not None}
    return {"data_type": kind, "params": params}, INDEX_PARAMS[kind](**_index_arguments(params))


def _index_arguments(params: JsonDict) -> JsonDict:
    arguments = {name: value for name, value in params.items() if name != "type"}
    if "tokenizer" in arguments:
        arguments["tokenizer"] = getattr(edge.TokenizerType, arguments["tokenizer"].capitalize())
    if "memory" in arguments:
        arguments["memory"] = getattr(edge.Memory, arguments["memory"].capitalize())
    if "stopwords" in arguments:
        arguments["stopwords"] = _stopwords(arguments["stopwords"])
    if "stemmer" in arguments:
        language = arguments["stemmer"].get("language", "").capitalize()
        arguments["stemmer"] = edge.SnowballParams(getattr(edge.SnowballLanguage, language))
    return arguments


def _stopwords(value: Any) -> Any:
    if isinstance(value, str):
        return getattr(edge.Language, value.capitalize())
    languages = {getattr(edge.Language, name.capitalize()) for name in value.get("languages") or ()}
    return edge.StopwordsSet(languages=languages, custom=set(value.get("custom") or ()))


def refusal(error: BaseException) -> Exception:
    """The engine's own words about a request it could not do."""
    text = str(error) or type(error).__name__
    missing = re.search(r"[Nn]o point with id (\S+) found", text)
    return wrong_input(missing.group(0) if missing else text)
