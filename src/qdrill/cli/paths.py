"""Types of what users name on the command line: an empty text, as an unset variable leaves it, names nothing."""

from __future__ import annotations

from pathlib import Path

import click


def named(value: str) -> str:
    """An address, or the name of something."""
    if not value:
        raise click.BadParameter("an empty text names nothing; is a variable unset?")
    return value


def any_path(value: str | Path) -> Path:
    """A path that is read, or a directory."""
    return Path(named(str(value)))


def output_file(value: str, dash: str = "name a file") -> Path:
    """A file that is written; `dash` says what to do instead of `-`, which elsewhere is standard output."""
    if value == "-":
        raise click.BadParameter(f"- is no file: {dash}, or write ./- for a file of that name")
    path = any_path(value)
    if value.endswith("/") or path.name in ("", ".."):
        _refuse(value, "is a directory; name a file")
    return path


def rendered_file(value: str) -> Path:
    """A file that would go to standard output without its option."""
    return output_file(value, "leave the option out for standard output")


def archive_file(value: str) -> Path:
    """The data file of an archive that is made."""
    from qdrill.archive.place import why_no_archive

    path = output_file(value, "an archive is two files, which do not fit into standard output; name the first")
    if why := why_no_archive(path):
        _refuse(value, why)
    return path


def _refuse(value: str, why: str) -> None:
    from qdrill.config_model import quoted

    raise click.BadParameter(f"{quoted(value)} {why}")
