"""What the parts of the app may use of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp


class AppPart:
    """A part of the app; `host` is the whole of it, typed."""

    @property
    def host(self) -> QdrillApp:
        """The app."""
        return cast("QdrillApp", self)
