"""Whose certificates a connection trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from qdrill.errors import UsageError
from qdrill.names import one_line

UNTRUSTED = "check its url, or name the certificates that it goes by as ca_file in drills.toml"
"""What to do about a certificate that is not trusted."""


def distrust(error: BaseException | None) -> str | None:
    """What was wrong with the certificate, where that is why `error` was raised, on one line; else None."""
    for _ in range(20):
        if error is None:
            return None
        if isinstance(error, ssl.SSLCertVerificationError):
            return one_line(error.verify_message, 120)
        error = error.__cause__ or error.__context__
    return None


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
