"""What one screen gives another to begin with: plain values, so that no screen knows another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handover:
    """Where to go on, and with what. The screen of `mode` gets it by `take`.

    Attributes:
        mode: the screen, by its name in the registry: `drill`, `search`, `compare`.
        source, target: addresses or archives as a user writes them; None leaves the field as it is.
    """

    mode: str
    source: str | None = None
    target: str | None = None
