"""Two addresses that one collection seems to be behind: why they count as the same, and what can be told of it.

A Qdrant server is known by its peer id, which lies in its storage: whoever copies the storage copies the id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qdrill.names import terminal_text

_PEER = re.compile(r"peer (\d+)/")


def peer_id(identity: str) -> str:
    """The peer id in a reader's identity; empty where it has none."""
    found = _PEER.match(identity)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Named:
    """A collection as an address names it, and its store's label in that."""

    address: str
    store: str

    @classmethod
    def of(cls, address: str) -> Named:
        """An address taken apart as text."""
        return cls(address, address.rpartition("/")[0])


def why_source(target: Named, source: Named, identity: str, *, what: str, stage: str) -> str:
    """Why a target whose reader has the source's `identity` is not written into, with the way out.

    Args:
        what: the source in words, its address in them. stage: `drill` or `restore`.
    """
    ours, peer = terminal_text(target.address), peer_id(identity)
    if not peer or target.store == source.store:
        return f"{ours} is {what}; a {stage} never writes into its source: name another target"
    return (
        f"{ours} counts as {what}: the peer id of both servers is {peer}, as of one server under two names, "
        f"and as of a copy of its storage; a {stage} never writes into its source: name another collection, or a "
        "server whose storage is no copy"
    )


def why_alike(left: str, right: str, identity: str, processes: tuple[str, str]) -> str:
    """What to say of two servers with one identity that are compared all the same.

    Args:
        processes: of each server, as `Store.process` tells it.
    """
    known = all(processes)
    tail = "one is a copy of the other's storage" if known else "one may be a copy of the other's storage, or its proxy"
    return f"the servers of {left} and {right} answer with the same peer id {peer_id(identity)}: {tail}"
