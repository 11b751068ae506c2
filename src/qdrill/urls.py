"""URLs of servers: taking them apart, refusing secrets in them, and telling whether two lead to one server.

No error text repeats the URL, because a URL can hold a password.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote

QDRANT_PORT = 6333
"""Port of a Qdrant URL that names none, as in Qdrant's own clients, for http and https alike."""

_URL = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"[^\W_]([\w.-]*[^\W_])?\.?")
_DISCARD_PORT = 9
_LOOPBACK = "loopback"


class BadUrl(ValueError):
    """What is wrong with a URL, as the end of a sentence that names where it stands."""


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """Scheme, host (IPv6 in brackets) and port of a server."""

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")


def split_url(text: str) -> tuple[ServerUrl, str]:
    """The server of `text`, and what follows its host and port; raises BadUrl."""
    if not text.isprintable() or " " in text:
        raise BadUrl("must not hold spaces or control characters")
    found = _URL.fullmatch(text)
    if found is None:
        raise BadUrl("must begin with http:// or https:// and a host, such as http://localhost:6333")
    scheme, authority, rest = found.groups()
    if "@" in authority:
        raise BadUrl("must not hold a user name or password; put the key in an environment variable")
    host, port = _host_and_port(authority)
    return ServerUrl(scheme.lower(), host.lower(), port), rest


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        host, closed, after = authority.partition("]")
        host += closed
        _check_ipv6(host)
    else:
        host, colon, after = authority.partition(":")
        after = colon + after
        if not _NAME.fullmatch(host):
            raise BadUrl("must name a host, such as http://localhost:6333")
    return host, _port(after)


def _check_ipv6(host: str) -> None:
    try:
        ipaddress.IPv6Address(unquote(host.strip("[]")))
    except ValueError:
        raise BadUrl("must hold a right IPv6 address in its brackets, such as http://[::1]:6333") from None


def _port(after: str) -> int | None:
    if not after:
        return None
    digits = after[1:]
    if after[0] != ":" or not re.fullmatch("[0-9]{1,5}", digits) or not 0 < int(digits) < 65536:
        raise BadUrl("must have a port between 1 and 65535 after its host")
    return int(digits)


def qdrant_url(text: str) -> str:
    """The URL of a Qdrant server as `scheme://host:port`; raises BadUrl, for a path too."""
    server, rest = split_url(text)
    if rest not in {"", "/"}:
        raise BadUrl("must end after host and port; a path is not supported")
    return str(with_port(server))


def with_port(server: ServerUrl) -> ServerUrl:
    """`server` with Qdrant's port where it names none."""
    return ServerUrl(server.scheme, server.host, server.port or QDRANT_PORT)


def service_url(text: str) -> str:
    """The URL of any other service, path kept, no slash at its end; raises BadUrl, for a query too."""
    server, rest = split_url(text)
    if "?" in rest or "#" in rest:
        raise BadUrl("must hold no ? or #; keys belong in an environment variable")
    return f"{server}{rest.rstrip('/')}"


def server_key(url: str) -> str:
    """`host:port` of a Qdrant URL, spellings folded: case, trailing dot, loopback. Asks no DNS."""
    server = with_port(split_url(url)[0])
    return f"{_fold(server.host)}:{server.port}"


def same_server(left: str, right: str) -> bool:
    """Whether two Qdrant URLs lead to the same server, as far as names and addresses tell.

    All addresses of this machine count as one. A name that does not resolve equals only itself.
    """
    one, two = with_port(split_url(left)[0]), with_port(split_url(right)[0])
    if one.port != two.port:
        return False
    return _fold(one.host) == _fold(two.host) or not _hosts(one.host).isdisjoint(_hosts(two.host))


def _fold(host: str) -> str:
    name = unquote(host).strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return _LOOPBACK
    try:
        return _fold_address(ipaddress.ip_address(name))
    except ValueError:
        return _ascii(name)


def _fold_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return _LOOPBACK if address.is_loopback or address.is_unspecified else str(address)


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _hosts(host: str) -> frozenset[str]:
    name = unquote(host).strip("[]")
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset({_fold(host)})
    addresses = {str(entry[4][0]) for entry in found}
    return frozenset({_fold(host)} | {_LOOPBACK if _is_ours(one) else _fold(one) for one in addresses})


def _is_ours(address: str) -> bool:
    # The kernel picks the destination itself as source only when it is one of this machine's own addresses;
    # connecting a datagram socket sends nothing.
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _DISCARD_PORT))
            return str(probe.getsockname()[0]) == address
    except OSError:
        return False


def is_local(host: str) -> bool:
    """Whether a host, as in a URL, is this machine's own loopback."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
