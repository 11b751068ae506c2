"""Whose certificates a connection trusts, and how one fails that was asked for TLS, or without it, wrongly."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from qdrill.errors import UsageError
from qdrill.names import one_line

UNTRUSTED = "check its url, or name the certificates that it goes by as ca_file in drills.toml"
"""What to do about a certificate that is not trusted."""
WRITE_HTTP = "write http:// in its url"
WRITE_HTTPS = "write https:// in its url"
# What OpenSSL says of a first record that is none.
_NO_RECORD = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"}


def distrust(error: BaseException | None) -> str | None:
    """What was wrong with the certificate, where that is why `error` was raised, on one line; else None."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return one_line(cause.verify_message, 120)
    return None


def without_tls(error: BaseException | None) -> bool:
    """Whether `error` was raised because the other side answered a request for TLS with something else."""
    return any(isinstance(cause, ssl.SSLError) and cause.reason in _NO_RECORD for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(20):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def trusted(ca_file: str | Path | None) -> ssl.SSLContext:
    """A context that checks certificate and host name against `ca_file` alone, or against the system where it is None.

    Raises:
        UsageError: the file cannot be read or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        why = "holds no certificate in PEM form"
    except OSError as error:
        why = f"cannot be read: {error.strerror or type(error).__name__}"
    raise UsageError(f"ca_file {one_line(str(ca_file))} {why}; name a file of PEM certificates")
