"""An embedder that takes its service from [rag_api] asks it as the same tenant, with the same token; others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.config import load_config
from qdrill.control import JobControl
from qdrill.embedders.open import open_embedder
from qdrill.errors import StoreError, UsageError
from tests.embedders.conftest import FakeService, Reply

VECTORS = Reply({"dimension": 2, "vectors": [[0.5, 0.25]]})


def ask(folder: Path, text: str, environ: dict[str, str]) -> None:
    (folder / "drills.toml").write_text(text)
    settings = load_config(folder / "drills.toml", environ).embedders["rag"]
    embedder = open_embedder("rag", settings, environ, JobControl())
    try:
        embedder.embed(["登录"], query=True)
    finally:
        embedder.close()


def test_tenant_and_token_come_with_the_url(service: FakeService, tmp_path: Path) -> None:
    service.replies = [VECTORS]
    table = f'[rag_api]\nurl = "{service.url}"\ntenant_id = "acme"\napi_key_env = "KEY"\n'
    ask(tmp_path, f'{table}[embedders.rag]\nkind = "rag_api"\n', {"KEY": "s3cret"})
    headers = service.asked[0].headers
    assert (headers["x-tenant-id"], headers["authorization"]) == ("acme", "Bearer s3cret")
    ask(tmp_path, f'{table}[embedders.rag]\nkind = "rag_api"\n', {"KEY": "s3cret", "RAG_TENANT_ID": "other"})
    assert service.asked[1].headers["x-tenant-id"] == "other"


def test_another_service_gets_neither(service: FakeService, tmp_path: Path) -> None:
    service.replies = [VECTORS]
    table = '[rag_api]\nurl = "http://127.0.0.1:9"\ntenant_id = "acme"\napi_key_env = "KEY"\n'
    ask(tmp_path, f'{table}[embedders.rag]\nkind = "rag_api"\nurl = "{service.url}"\n', {"KEY": "s3cret"})
    assert not {"x-tenant-id", "authorization"} & set(service.asked[0].headers)


def test_the_dimension_that_is_wanted_is_held(service: FakeService, tmp_path: Path) -> None:
    service.replies = [VECTORS]
    table = f'[rag_api]\nurl = "{service.url}"\ntenant_id = "acme"\n'
    with pytest.raises(StoreError, match="has 2 numbers in vector 1 where 3 belong"):
        ask(tmp_path, f'{table}[embedders.rag]\nkind = "rag_api"\ndimension = 3\n', {})


def test_a_tenant_that_no_header_can_carry_is_refused(service: FakeService, tmp_path: Path) -> None:
    table = f'[rag_api]\nurl = "{service.url}"\ntenant_id = "租户"\n'
    with pytest.raises(UsageError, match=r"tenant_id of \[rag_api\] holds characters that a header cannot carry"):
        ask(tmp_path, f'{table}[embedders.rag]\nkind = "rag_api"\n', {})
    assert service.asked == []
