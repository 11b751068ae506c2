"""Addresses: what is read from them, what is refused, and which of them are one place."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from qdrill.address import (
    Address,
    ArchivePath,
    check_collection,
    parse_address,
    parse_place,
    place_key,
    restored_address,
    same_place,
    same_store,
)
from qdrill.config import Config, Runbook, StoreConfig
from qdrill.errors import UsageError

LOCAL = StoreConfig(name="local", url="http://localhost:6333", api_key_env="QDRANT_API_KEY")
PROD = StoreConfig(name="prod", url="https://10.0.0.9:6333", production=True)
EMBEDDED = StoreConfig(name="embedded", path=Path(".qdrill/embedded"), read_only=True)
CONFIG = Config(stores={store.name: store for store in (LOCAL, PROD, EMBEDDED)})
BARE = Config()
COLLECTIONS = st.text(
    st.characters(exclude_characters='<>:"/\\|?*\0\x1f', exclude_categories=["Cs"]), min_size=1, max_size=60
).filter(lambda name: name not in {".", ".."})


def parsed(text: str, config: Config = CONFIG) -> Address:
    return parse_address(text, config)


def refused(text: str, config: Config = CONFIG) -> str:
    with pytest.raises(UsageError) as caught:
        parse_address(text, config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_configured_store_and_a_collection() -> None:
    address = parsed("local/docs")
    assert (address.store.config, address.collection, address.text) == (LOCAL, "docs", "local/docs")
    assert (address.store.kind, address.store.label) == ("server", "local")


def test_a_store_alone_means_the_runbooks_collection() -> None:
    assert parsed("local").text == "local/default_collection"
    config = Config(stores=CONFIG.stores, runbook=Runbook(collection="a b"))
    assert parsed("local", config).collection == "a b"
    assert parsed("http://other", config).text == "http://other/a%20b"
    assert parse_address("local", config, collection="x").text == "local/x"


def test_the_part_after_a_store_name_is_literal() -> None:
    assert parsed("local/a%20b").collection == "a%20b"


@pytest.mark.parametrize(
    ("text", "url", "collection"),
    [
        ("http://host/docs", "http://host:6333", "docs"),
        ("https://Cloud.example/docs", "https://cloud.example:6333", "docs"),
        ("https://host:443/docs", "https://host:443", "docs"),
        ("HTTP://host:7/a%20b%23%E7%99%BB", "http://host:7", "a b#登"),
        ("http://[::1]:7/docs", "http://[::1]:7", "docs"),
        ("http://[fe80::1%25eth0]/docs", "http://[fe80::1%25eth0]:6333", "docs"),
        ("http://my_service/登录", "http://my_service:6333", "登录"),
    ],
)
def test_a_server_written_out(text: str, url: str, collection: str) -> None:
    address = parsed(text, BARE)
    assert (address.store.config.url, address.collection) == (url, collection)
    assert address.store.label == url


def test_an_embedded_engine_written_out() -> None:
    address = parsed("edge:some/dir with space/a%2Eb%25")
    assert (address.store.config.path, address.collection) == (Path("some/dir with space"), "a.b%")
    assert address.store.kind == "embedded"
    assert parsed("edge:/x").store.config.path == Path("/")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("locla/docs", 'there is no store "locla"; did you mean "local"?'),
        ("zzz", "known: local, prod, embedded"),
        ("local/", "no collection is named"),
        ("http://host/", "no collection is named"),
        ("edge:docs", "write edge:DIR/COLLECTION"),
        ("edge:dir/", "no collection is named"),
        ("edge:dir/%zz", "% without two hex digits"),
        ("edge:dir/%ff", "does not decode to UTF-8"),
        ("http://host/a/b", "a path before it is not supported"),
        ("http://host/dashboard#/collections", "write %23"),
        ("http://host/docs?x=1", "only a collection can stand"),
        ("http://host/a%2Fb", 'cannot contain "/"'),
        ("http://host:99999/docs", "a port between 1 and 65535"),
        ("http://host:/docs", "a port between 1 and 65535"),
        ("http://[::z]/docs", "IPv6"),
        ("http:///docs", "must name a host"),
        ("ftp://host/docs", "http:// or https://"),
        ("http://host/my docs", "write %20 for a space"),
        ("http://ho st/docs", "spaces or control"),
        ("local/a\x1fb", r'cannot contain "\x1f"'),
        ('local/a"b', """cannot contain '"'"""),
        ("local/..", "no URL can carry"),
        ("local/" + "登" * 86, "has 258 bytes"),
        ("local/\ud800", "not UTF-8"),
        ("", "there is no store"),
    ],
)
def test_what_is_wrong_is_named(text: str, part: str) -> None:
    assert part in refused(text)


@pytest.mark.parametrize("char", '<>:"/\\|?*\0\x1f')
def test_characters_qdrant_refuses_are_refused(char: str) -> None:
    with pytest.raises(UsageError, match="cannot contain"):
        check_collection(f"a{char}b")


@pytest.mark.parametrize("name", ["a", "登" * 85, "a b#%.\x1b", "🚀"])
def test_characters_qdrant_takes_are_taken(name: str) -> None:
    assert check_collection(name) == name


@pytest.mark.parametrize(
    "text",
    ["http://user:hunter2@host/docs", "http://hunter2@host", "user:hunter2@host/docs", "ftp://u:hunter2@h/x"],
)
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    assert "hunter2" not in refused(text)


def test_control_characters_do_not_reach_the_message() -> None:
    assert "\x1b" not in refused("\x1b[31m/docs") + refused("local/\x1b[31m:")


@given(COLLECTIONS)
def test_any_collection_can_be_written_in_all_three_forms(name: str) -> None:
    encoded = quote(name, safe="")
    for text in (f"local/{name}", f"http://host:1/{encoded}", f"edge:some/dir/{encoded}"):
        address = parse_address(text, CONFIG)
        assert address.collection == name
        assert parse_address(address.text, CONFIG) == address


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_one_line_refusal(text: str) -> None:
    assume("://" not in text)
    for config in (CONFIG, BARE):
        try:
            assert parse_address(text, config).collection
        except UsageError as error:
            assert str(error).isprintable() or "\n" not in str(error)


@pytest.mark.parametrize("text", ["local/docs", "local", "http://host/a%20b", "edge:dir/docs"])
def test_a_restored_address_is_the_source_with_the_suffix(text: str) -> None:
    source = parsed(text)
    restored = parsed(restored_address(source, "_restored"))
    assert restored.collection == source.collection + "_restored"
    assert same_store(source, restored) and not same_place(source, restored)


def test_a_restored_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="264 bytes"):
        restored_address(parsed("local/" + "x" * 255), "_restored")


# --- guards and keys


def test_a_url_of_a_configured_store_is_that_store() -> None:
    assert parsed("http://127.0.0.1/docs").store.config == LOCAL
    assert parsed("https://10.0.0.9:6333/docs").store.config == PROD
    assert parsed("edge:./.qdrill/../.qdrill/embedded/docs").store.config == EMBEDDED


def test_a_key_is_not_sent_over_another_scheme_or_port() -> None:
    assert parsed("https://localhost:6333/docs").store.config.api_key_env is None
    assert parsed("http://localhost:6334/docs").store.config.api_key_env is None


def test_a_production_store_stays_production_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", fake_dns({"db.example": "10.0.0.9"}))
    for text in ("http://10.0.0.9/x", "https://db.example/x"):
        config = parsed(text).store.config
        assert config.production and not config.read_only, text
    assert not parsed("https://other.example/x").store.config.production


def test_a_second_name_of_a_production_store_is_production_too() -> None:
    twin = StoreConfig(name="twin", url="http://10.0.0.9:6333")
    config = Config(stores={"prod": PROD, "twin": twin})
    assert parsed("twin/x", config).store.config.production


def test_the_environments_store_is_guarded_by_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", fake_dns({"db.example": "10.0.0.9"}))
    env = StoreConfig(name="env", url="http://db.example:6333")
    assert parsed("env/x", Config(stores={"prod": PROD, "env": env})).store.config.production


# --- which are one place


def fake_dns(names: dict[str, str]) -> object:
    def lookup(host: str, *_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        if host not in names and not host.replace(".", "").isdigit():
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names.get(host, host), 0))]

    return lookup


LOOPBACKS = [
    "http://localhost/c",
    "http://LOCALHOST:6333/c",
    "https://localhost:6333/c",
    "http://localhost./c",
    "http://127.0.0.1/c",
    "http://127.9.9.9/c",
    "http://0.0.0.0/c",
    "http://[::1]/c",
    "http://[0:0:0:0:0:0:0:1]:6333/c",
    "http://[::ffff:127.0.0.1]/c",
    "http://a.localhost/c",
]


@pytest.mark.parametrize("text", LOOPBACKS)
def test_all_spellings_of_this_machine_are_one_server(text: str) -> None:
    one, two = parsed("local/c"), parsed(text)
    assert same_store(one, two) and same_place(two, one)
    assert place_key(one) == place_key(two)


@pytest.mark.parametrize("text", ["http://localhost:6334/c", "http://10.0.0.9/c", "edge:localhost/c", "http://[::2]/c"])
def test_other_servers_are_others(text: str) -> None:
    one, two = parsed("local/c", CONFIG), parsed(text)
    assert not same_store(one, two)
    assert place_key(one) != place_key(two)


def test_names_of_one_address_are_one_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", fake_dns({"a.example": "10.1.1.1", "b.example": "10.1.1.1"}))
    a, b = parsed("http://a.example/c", BARE), parsed("http://b.example/c", BARE)
    assert same_store(a, b)
    assert same_store(a, parsed("http://10.1.1.1/c", BARE))
    assert same_store(parsed("http://A.example./c", BARE), a)
    assert not same_store(a, parsed("http://b.example:1/c", BARE))


def test_a_name_that_does_not_resolve_equals_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", fake_dns({}))
    a, b = parsed("http://a.invalid/c", BARE), parsed("http://b.invalid/c", BARE)
    assert same_store(a, parsed("http://A.INVALID:6333/c", BARE))
    assert not same_store(a, b)


def test_a_name_of_this_machine_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", fake_dns({"me.example": "127.0.1.1"}))
    assert same_store(parsed("http://me.example/c", BARE), parsed("http://localhost/c", BARE))


def test_embedded_stores_are_compared_by_real_path(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    one, two = parsed(f"edge:{real}/c"), parsed(f"edge:{link}/../link/c")
    assert same_place(one, two)
    assert place_key(one) == place_key(two)
    assert not same_store(one, parsed(f"edge:{tmp_path}/c"))
    assert not same_store(one, parsed("local/c"))


def test_another_collection_is_another_place() -> None:
    assert same_store(parsed("local/a"), parsed("local/b"))
    assert not same_place(parsed("local/a"), parsed("local/b"))


# --- places: addresses or archives


@pytest.mark.parametrize("text", ["backup.json", "a/b.snapshot", "/abs/x", "./x", "../x"])
def test_archives_need_not_exist_to_be_archives(text: str) -> None:
    assert parse_place(text, CONFIG) == ArchivePath(Path(text))


@pytest.mark.parametrize("text", ["local/docs", "http://host/x.json", "edge:dir/x.snapshot", "local/x.json"])
def test_what_names_a_store_is_an_address(text: str) -> None:
    assert parse_place(text, CONFIG) == parse_address(text, CONFIG)


def test_an_existing_file_is_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dump").write_text("[]", encoding="utf-8")
    Path("moved.manifest.json").write_text("{}", encoding="utf-8")
    assert parse_place("dump", CONFIG) == ArchivePath(Path("dump"))
    assert parse_place("moved", CONFIG) == ArchivePath(Path("moved"))


def test_what_is_both_is_refused_and_both_ways_out_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("local").mkdir()
    Path("local/docs").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="is an address and a file"):
        parse_place("local/docs", CONFIG)
    assert parse_place("./local/docs", CONFIG) == ArchivePath(Path("local/docs"))
    assert isinstance(parse_place("http://localhost:6333/docs", CONFIG), Address)


@pytest.mark.parametrize("text", ["nothing/here", "a\0b", "x" * 5000])
def test_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="there is no store"):
        parse_place(text, CONFIG)


@pytest.mark.parametrize("text", ["~\0", "~\0/a.json", "edge:~\ud800/docs"])
def test_what_nobody_can_be_called_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_place(text, BARE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30))
def test_any_text_is_a_place_or_a_refusal(text: str, tmp_path: Path) -> None:
    try:
        assert isinstance(parse_place(text, BARE), Address | ArchivePath)
    except UsageError as error:
        assert "\n" not in str(error)
