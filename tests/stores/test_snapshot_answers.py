"""Snapshots of a server whose answers are not Qdrant's."""

from __future__ import annotations

import pytest

from qdrill.errors import StoreError
from qdrill.stores.server import ServerStore
from qdrill.stores.server_snapshots import snapshots_of
from tests.support.odd_service import OddService, reply


@pytest.mark.parametrize("answer", [b"[" * 4000, b"7", b"{}", b"<html>", b""])
def test_an_answer_that_says_nothing_is_no_snapshot(answer: bytes) -> None:
    with OddService([reply({"result": []}), reply(answer)]) as service:
        store = ServerStore(service.url)
        with pytest.raises(StoreError, match=r"the answer is not Qdrant's: .*; the server may still be making it"):
            snapshots_of(store, "docs").make()
        store.close()
