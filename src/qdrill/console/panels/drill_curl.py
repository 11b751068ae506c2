"""A request of the log as a curl command. It names the variable that holds a key and never its value."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

from qdrill.config_model import StoreConfig
from qdrill.console.i18n import Say
from qdrill.events import RequestDone
from qdrill.urls import BadUrl, server_key, split_url

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METHOD = re.compile(r"[A-Z]+")


def as_curl(say: Say, request: RequestDone, stores: Sequence[StoreConfig]) -> tuple[str | None, str]:
    """The command, or None and why there is none.

    Args:
        stores: those of the drill; the request's own is found among them by its URL.
    """
    servers = [store for store in stores if store.url is not None]
    store = _store_of(request, servers)
    if store is None and not request.url:
        return None, say("drill.curl.ambiguous" if servers else "drill.curl.no_server")
    if not _METHOD.fullmatch(request.method):
        return None, say("drill.curl.method")
    url = request.url or f"{(store.url if store else '') or ''}{request.path}"
    parts = ["curl", "-sS", "-X", request.method, shlex.quote(_printable_url(url))]
    if store is not None and store.api_key_env and _VARIABLE.fullmatch(store.api_key_env):
        parts += ["-H", f'"api-key: ${store.api_key_env}"']
    if request.body:
        parts += ["-H", "'Content-Type: application/json'", "--data-raw", shlex.quote(_printable_json(request.body))]
    command = " ".join(parts)
    if not _body_left_out(request):
        return command, ""
    # On the same line: a paste must not run the command without what it lacks.
    return f"{command} # {_comment(say('drill.curl.left_out', what=request.detail))}", say("drill.curl.no_body")


def _store_of(request: RequestDone, servers: Sequence[StoreConfig]) -> StoreConfig | None:
    """The store that was asked; None where that cannot be told, so that no key goes to another server."""
    if request.url:
        place = _place(request.url)
        return next((store for store in servers if place is not None and _place(store.url or "") == place), None)
    distinct = {store.url: store for store in servers}
    return next(iter(distinct.values())) if len(distinct) == 1 else None


def _place(url: str) -> tuple[str, str] | None:
    """Scheme, host and port: a key meant for https never goes out by http."""
    try:
        return split_url(url)[0].scheme, server_key(url)
    except BadUrl:
        return None


def _body_left_out(request: RequestDone) -> bool:
    return not request.body and request.method in ("PUT", "POST", "PATCH") and bool(request.detail)


def _comment(text: str) -> str:
    return "".join(" " if _hidden(char) else char for char in text)


def _printable_url(url: str) -> str:
    """What a terminal would not show as itself, percent-encoded: nothing that is pasted acts on the terminal."""
    return "".join(quote(char, safe="", errors="replace") if _hidden(char) or char == " " else char for char in url)


def _printable_json(body: str) -> str:
    return "".join(_json_escape(char) if _hidden(char) and char not in "\n\t" else char for char in body)


def _json_escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
