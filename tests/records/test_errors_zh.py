"""qdrill's errors in Chinese, made by the code that raises them: names and a store's words stay, the rest does not."""

from __future__ import annotations

import errno
import re
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from qdrill.address import check_collection, parse_address, parse_place
from qdrill.archive.manifest import manifest_path, read_manifest
from qdrill.config import Config
from qdrill.config_model import EmbedderConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill.ask import parse_point_id
from qdrill.drill.vectors import Slot, Slots, choose_for_point, shape_problem
from qdrill.errors import QdrillError
from qdrill.files import output_error
from qdrill.records.words import WORDS
from qdrill.session import Session, refuse_guarded
from qdrill.stores.retry import Transient, untrusted, with_retries
from qdrill.stores.server import ServerStore
from qdrill.tls import trusted

HAN = re.compile("[\u4e00-\u9fff]")
CONFIG = Config(
    stores={
        "local": StoreConfig("local", url="http://localhost:6333"),
        "prod": StoreConfig("prod", url="http://prod:6333", production=True),
    },
    embedders={"words": EmbedderConfig("words", "bm25")},
)
SLOTS = Slots("docs", {"a": Slot("a", "dense", 4), "b": Slot("b", "dense", 4)})


def chinese(error: QdrillError | str) -> str:
    return WORDS["zh"].sentence(str(error))


def of(work: Callable[[], object]) -> QdrillError:
    with pytest.raises(QdrillError) as caught:
        work()
    return caught.value


@pytest.mark.parametrize(
    "text",
    ["lcal/docs", "nothing/docs", "local/", "local/a*b", "http://u:p@h/docs", "ftp://h/docs", "http://h:99999/docs",
     "http://h/a/b", "http://h/a?b", "edge:docs", "u@h/docs", f"local/{'x' * 256}"],
)  # fmt: skip
def test_an_address_that_cannot_be_used(text: str) -> None:
    error = of(lambda: parse_address(text, CONFIG))
    assert HAN.search(chinese(error)), error


def test_names_stay_and_the_advice_comes_along() -> None:
    assert chinese(of(lambda: parse_address("lcal/docs", CONFIG))).startswith('没有存储 "lcal"；是否指 "local"？')
    assert chinese(of(lambda: check_collection("")))
    assert HAN.search(chinese(of(lambda: parse_place("\0", CONFIG))))
    assert HAN.search(chinese(of(lambda: parse_point_id("x", "the point"))))


def test_a_guarded_store_and_an_embedder_that_is_not_there() -> None:
    found = chinese(of(lambda: refuse_guarded(parse_address("prod/docs", CONFIG))))
    assert found == "prod/docs 所在的存储标记了 production = true，恢复绝不写入其中；请在另一个存储中指定目标"
    with Session(CONFIG, {}, JobControl()) as session:
        assert chinese(of(lambda: session.embedder("word"))) == '没有嵌入器 "word"；是否指 "words"？'


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("h:6333 refuses the connection", "h:6333 拒绝连接"),
        ("h:6333 did not answer within 30 s", "h:6333 在 30 秒内没有应答"),
        ("the host name h is not known", "无法解析主机名 h"),
        ("TLS with h:6333 failed: bad: worse", "与 h:6333 的 TLS 连接失败：bad: worse"),
        ("the connection to h:6333 was lost (ConnectionResetError)", "与 h:6333 的连接中断（ConnectionResetError）"),
        ("some other words", "some other words"),
    ],
)
def test_a_store_that_does_not_answer(reason: str, shown: str) -> None:
    def fail() -> None:
        raise Transient(reason, tries=1)

    error = of(lambda: with_retries(fail, what="reading local/docs", control=JobControl(), emit=lambda _: None))
    assert chinese(error) == f"读取 local/docs：{shown}（已尝试 1 次）；请检查服务器是否在运行、网络是否可达"


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    def fail() -> None:
        error = ssl.SSLCertVerificationError("no")
        error.verify_message = "self-signed certificate"
        raise untrusted("h:6333", error) or AssertionError

    error = of(lambda: with_retries(fail, what="reading local/docs", control=JobControl(), emit=lambda _: None))
    shown = chinese(error)
    assert shown == (
        "读取 local/docs：h:6333 的证书不可信（self-signed certificate）（已尝试 1 次）；"
        "请检查其 url，或在 drills.toml 中用 ca_file 指定它所用的证书"
    )
    (tmp_path / "ca.pem").touch()
    for name, why in (("none.pem", "无法读取：No such file or directory；"), ("ca.pem", "中没有 PEM 格式的证书；")):
        file = tmp_path / name
        assert chinese(of(partial(trusted, file))) == f"ca_file {file} {why}请指定一个 PEM 证书文件"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 507])
@pytest.mark.parametrize("reason", ["Not found: Collection `docs` doesn't exist!", "wrong: no; really", ""])
def test_a_store_that_refuses(status: int, reason: str) -> None:
    store = ServerStore("http://localhost:6333", label="local")
    error = store.refusal(status, reason, "reading local/docs")
    store.close()
    found = chinese(error)
    assert found.startswith("读取 local/docs：")
    assert reason in found
    assert HAN.search(found.rpartition("；")[2])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EACCES])
def test_what_cannot_be_written(number: int, tmp_path: Path) -> None:
    found = chinese(output_error(tmp_path / "a.json", OSError(number, "no way"), 4096))
    assert found.startswith(f"无法写入 {tmp_path}/a.json：")
    assert ("磁盘已满（共需至少 4,096 bytes" in found) == (number == errno.ENOSPC)


def test_a_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    archive = tmp_path / "a.json"
    assert "没有它就无法校验" in chinese(of(lambda: read_manifest(archive)))
    manifest_path(archive).write_text("{}")
    assert "已损坏" in chinese(of(lambda: read_manifest(archive)))
    manifest_path(archive).write_text("not JSON")
    assert "已损坏" in chinese(of(lambda: read_manifest(archive)))


def test_a_query_that_cannot_be_asked() -> None:
    assert "3 维" in chinese(shape_problem(SLOTS.by_name["a"], [0.1, 0.2, 0.3], "the query"))
    assert "有多个向量" in chinese(of(lambda: choose_for_point(SLOTS, "")))
    assert "没有向量" in chinese(of(lambda: choose_for_point(SLOTS, "c")))
    assert "没有可检索的向量" in chinese(of(lambda: choose_for_point(Slots("docs", {}), "")))


@pytest.mark.parametrize(
    "english",
    [
        "a.json: chunk 2 of 3 (ids 5 to 8) is damaged: its bytes are not the ones that were written; restore from "
        "another backup",
        "local/a and local/b are the same collection; name two different ones",
        "source local/a and target local/b are one place; name another target with --target",
        "local/b exists; a restore does not write into what is there: name another target, or repeat the collection's "
        "name with --replace to delete it first",
        "another qdrill is writing a.json; wait for it or name another archive",
        "cannot write a.prom: a file stands there that is no file of metrics; move it away, or name another place",
        "cannot write a.md: a file stands there that is no picture of a page; move it away, or name another place",
        "cannot write a.manifest.json: a file stands there that is no manifest of this archive; move it away, or name "
        "another archive",
        "x.manifest.json is a name for a manifest; name the archive itself, such as x.json",
        ".x.json.part is a name for an unfinished archive; name another archive",
        "a/b is in use by another process; end that process and try again",
    ],
)
def test_the_others_that_a_person_meets(english: str) -> None:
    found = chinese(english)
    assert HAN.search(found)
    assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", found)
