"""Which vectors a foreign dump's rows may have: those of a given collection, or what most of the rows have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from qdrill.archive.dump_vectors import Shape, Slot
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.schema.compat import dense_vectors, sparse_vectors

DISTANCES = ("Cosine", "Dot", "Euclid", "Manhattan")


class Schema:
    """The vectors of a collection's info, to hold rows against."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        self._slots = {name: Slot(name, "sparse", 0) for name in sparse_vectors(info)}
        self.normalising: set[str] = set()
        for name, params in dense_vectors(info).items():
            multi = bool(params.get("multivector_config"))
            self._slots[name] = Slot(name, "multi" if multi else "dense", params["size"])
            if params.get("distance") == "Cosine" and params.get("datatype") != "uint8":
                self.normalising.add(name)

    def why_not(self, shape: Shape) -> str | None:
        """Why rows of this shape cannot live here; None when they can."""
        return next((reason for slot in shape if (reason := self._why_not_slot(slot))), None)

    def _why_not_slot(self, slot: Slot) -> str | None:
        ours = self._slots.get(slot.name)
        if ours is None:
            return self._why_unknown(slot)
        label = label_of(slot.name)
        if slot.kind != ours.kind:
            return f"{label} is {_KINDS[slot.kind]}, the schema's is {_KINDS[ours.kind]}"
        if slot.size != ours.size:
            return f"{label} has {slot.size} numbers, the schema's has {ours.size}"
        return None

    def _why_unknown(self, slot: Slot) -> str:
        if not slot.name:
            return f"its vector is unnamed, the schema has {self._names()}"
        if "" in self._slots:
            return f"its {label_of(slot.name)} is named, the schema's vector is unnamed"
        return f"its {label_of(slot.name)} is not in the schema, which has {self._names()}"

    def _names(self) -> str:
        names = [terminal_text(name, 40) for name in sorted(self._slots)]
        return ", ".join(names[:5]) + (", …" if len(names) > 5 else "") or "no vectors"

    @property
    def embeddable(self) -> Slot | None:
        """The vector that an embedding of a row's text belongs to: the unnamed, or the only dense one."""
        dense = [slot for slot in self._slots.values() if slot.kind == "dense"]
        return self._dense_unnamed() or (dense[0] if len(dense) == 1 else None)

    def _dense_unnamed(self) -> Slot | None:
        slot = self._slots.get("")
        return slot if slot is not None and slot.kind == "dense" else None


_KINDS = {"dense": "a single vector", "multi": "a multi-vector", "sparse": "a sparse vector"}


def label_of(name: str) -> str:
    """A vector as messages name it."""
    return f"vector {terminal_text(name, 60)}" if name else "its vector"


def checked_distance(distance: str) -> str:
    """Qdrant's own spelling of a distance; raises UsageError for one it does not have."""
    for known in DISTANCES:
        if distance.casefold() == known.casefold():
            return known
    raise UsageError(f"{terminal_text(distance, 40)} is not a distance of Qdrant; use one of {', '.join(DISTANCES)}")


def infer_info(shapes: Mapping[Shape, int], embedded_size: int | None, distance: str) -> dict[str, Any]:
    """A collection's info in Qdrant's shape for rows of these shapes, each with its number of rows.

    Where rows disagree the majority decides, the first of equals: a single odd row must not turn out all others.

    Args:
        embedded_size: size of the vectors that rows without any will get; None where none will.
    """
    votes = _winners(shapes)
    if embedded_size is not None and not any(slot.kind == "dense" for slot in votes):
        votes = [*(slot for slot in votes if slot.name), Slot("", "dense", embedded_size)]
    dense = {slot.name: _params(slot, distance) for slot in votes if slot.kind != "sparse"}
    params: dict[str, Any] = {"vectors": dense.get("", dense)}
    sparse: dict[str, Any] = {slot.name: {} for slot in votes if slot.kind == "sparse"}
    if sparse:
        params["sparse_vectors"] = sparse
    return {"config": {"params": params}, "payload_schema": {}}


def _winners(shapes: Mapping[Shape, int]) -> list[Slot]:
    """The kind and size that most rows give each name; either the unnamed vector or the named ones."""
    votes: Counter[Slot] = Counter()
    for shape, rows in shapes.items():
        votes.update({slot: rows for slot in shape if slot.size or slot.kind == "sparse"})
    best: dict[str, Slot] = {}
    for slot, _ in votes.most_common():
        best.setdefault(slot.name, slot)
    unnamed = best.get("")
    named = {name: slot for name, slot in best.items() if name}
    dense_named = [slot for slot in named.values() if slot.kind != "sparse"]
    if unnamed is not None and dense_named:
        # Qdrant's info cannot tell an unnamed vector beside named ones.
        if votes[unnamed] >= max(votes[slot] for slot in dense_named):
            return [unnamed, *(slot for slot in named.values() if slot.kind == "sparse")]
        return list(named.values())
    return list(best.values())


def _params(slot: Slot, distance: str) -> dict[str, Any]:
    params: dict[str, Any] = {"size": slot.size, "distance": distance}
    if slot.kind == "multi":
        params["multivector_config"] = {"comparator": "max_sim"}
    return params
