"""Which vectors a collection has, and which of them a query belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qdrill.embedders.base import is_number, quoted
from qdrill.errors import Inconclusive
from qdrill.names import one_line
from qdrill.stores.base import CollectionInfo

# How a search names its vector: on the command line, and in drills.toml.
HOW_VECTOR = "--using, or vector in drills.toml"
HOW_EMBEDDER = "--embedder, or embedder in drills.toml"


class WrongQuery(Inconclusive):
    """What is asked for does not fit the collection; who asked for it can mend that."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: indices and their values, in the same order."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


QueryVector = list[float] | list[list[float]] | Sparse


@dataclass(frozen=True, slots=True)
class Slot:
    """One vector of a collection; `size` is None for a sparse one."""

    name: str
    kind: Literal["dense", "multi", "sparse"]
    size: int | None


@dataclass(frozen=True, slots=True)
class Slots:
    """All vectors of a collection, by name; "" is the unnamed one."""

    collection: str
    by_name: Mapping[str, Slot]

    @property
    def dense(self) -> list[Slot]:
        """Those with a size, multi-vectors too."""
        return [slot for slot in self.by_name.values() if slot.kind != "sparse"]

    @property
    def sparse(self) -> list[Slot]:
        """The sparse ones."""
        return [slot for slot in self.by_name.values() if slot.kind == "sparse"]


def read_slots(info: CollectionInfo, collection: str) -> Slots:
    """The vectors in `config.params`: `vectors` (one unnamed, or a map) and `sparse_vectors`."""
    config = _mapping(info.data.get("config"))
    params = _mapping(config.get("params"))
    vectors = _mapping(params.get("vectors"))
    if _is_size(vectors.get("size")):
        vectors = {"": vectors}
    found = {str(name): _dense_slot(str(name), _mapping(settings)) for name, settings in vectors.items()}
    for name in _mapping(params.get("sparse_vectors")):
        found[str(name)] = Slot(str(name), "sparse", None)
    return Slots(one_line(collection), found)


def as_query_vector(value: Any) -> QueryVector:
    """A dense, multi- or sparse vector as Qdrant writes it; WrongQuery where it is none of them."""
    if isinstance(value, Mapping):
        return _sparse(value)
    if isinstance(value, list | tuple) and value:
        if all(is_number(number) for number in value):
            return [float(number) for number in value]
        if all(isinstance(row, list | tuple) and row for row in value) and all(
            is_number(number) for row in value for number in row
        ):
            return [[float(number) for number in row] for row in value]
    raise WrongQuery("the query is empty or holds something that is not a finite number; use another query")


def choose_for_point(slots: Slots, using: str) -> str:
    """The vector to search by a stored point: `using`, the unnamed, the only dense, or the only sparse one.

    Raises:
        Inconclusive: no vector. WrongQuery: no such vector, or several to choose from.
    """
    if using:
        return _named(slots, using).name
    if "" in slots.by_name:
        return ""
    for candidates in (slots.dense, slots.sparse):
        if candidates:
            return _only(candidates, slots).name
    raise Inconclusive(f"collection {slots.collection} has no vectors to search; leave this search out")


def choose_for_vector(slots: Slots, vector: QueryVector, using: str, origin: str) -> str:
    """The vector that `vector` can search: `using`, or the only one of its kind and size.

    Args:
        origin: where the query comes from, for messages.

    Raises:
        Inconclusive: no vector. WrongQuery: none fits (both sizes are named), or several do.
    """
    if using:
        slot = _named(slots, using)
        if problem := shape_problem(slot, vector, origin):
            raise WrongQuery(problem)
        return slot.name
    fitting = [slot for slot in slots.by_name.values() if not shape_problem(slot, vector, origin)]
    exact = [slot for slot in fitting if slot.kind == _kind(vector)]
    if fitting:
        return _only(exact or fitting, slots).name
    near = (slots.sparse if isinstance(vector, Sparse) else slots.dense) or list(slots.by_name.values())
    if not near:
        raise Inconclusive(f"collection {slots.collection} has no vectors to search; leave this search out")
    raise WrongQuery("; ".join(dict.fromkeys(shape_problem(slot, vector, origin) for slot in near[:3])))


def shape_problem(slot: Slot, vector: QueryVector, origin: str) -> str:
    """Why `vector` cannot search `slot`, in words with the next step; "" when it can.

    A dense query may search a multi-vector: Qdrant takes it as one row.
    """
    where = f"vector {quoted(one_line(slot.name))}" if slot.name else "the unnamed vector"
    if isinstance(vector, Sparse) or slot.kind == "sparse":
        if isinstance(vector, Sparse) and slot.kind == "sparse":
            return ""
        given = "a sparse query" if isinstance(vector, Sparse) else "a dense query"
        other = "sparse" if slot.kind == "sparse" else "dense"
        return f"{origin} gives {given} and {where} is {other}; use another embedder or another vector"
    rows = [row for row in vector if isinstance(row, list)]
    if rows and slot.kind == "dense":
        return f"{origin} gives several rows and {where} takes one; use another vector"
    sizes = {len(row) for row in rows} or {len(vector)}
    if sizes != {slot.size}:
        given = " or ".join(str(size) for size in sorted(sizes))
        return f"{origin} gives {given} numbers and {where} has {slot.size}; use another embedder or vector"
    return ""


def _kind(vector: QueryVector) -> str:
    if isinstance(vector, Sparse):
        return "sparse"
    return "multi" if isinstance(vector[0], list) else "dense"


def _only(candidates: list[Slot], slots: Slots) -> Slot:
    if len(candidates) == 1:
        return candidates[0]
    raise WrongQuery(
        f"collection {slots.collection} has several vectors this search could use; name one: "
        f"{_names(candidates)} ({HOW_VECTOR})"
    )


def _named(slots: Slots, using: str) -> Slot:
    slot = slots.by_name.get(using)
    if slot is None:
        raise WrongQuery(
            f"collection {slots.collection} has no vector {quoted(one_line(using))}; it has "
            f"{_names(list(slots.by_name.values()))}; name one that it has ({HOW_VECTOR})"
        )
    return slot


def _names(slots: list[Slot]) -> str:
    return ", ".join(quoted(one_line(slot.name)) if slot.name else "the unnamed one" for slot in slots) or "none"


def _dense_slot(name: str, settings: Mapping[str, Any]) -> Slot:
    size = settings.get("size")
    kind: Literal["dense", "multi"] = "multi" if settings.get("multivector_config") else "dense"
    return Slot(name, kind, size if _is_size(size) else None)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _sparse(value: Mapping[str, Any]) -> Sparse:
    indices, values = value.get("indices"), value.get("values")
    if not isinstance(indices, list) or not isinstance(values, list) or len(indices) != len(values):
        raise Inconclusive("the query is no sparse vector; use another query")
    if not indices:
        raise Inconclusive("the query is an empty sparse vector, which finds nothing; use another query")
    if not all(_is_size(index) for index in indices) or not all(is_number(number) for number in values):
        raise Inconclusive("the query holds something that is not a finite number; use another query")
    return Sparse(tuple(indices), tuple(float(number) for number in values))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
