"""Numbers on the command line: what is no finite number is refused, with one line, before anything is done."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from qdrill.cli.main import COMMANDS, LazyGroup, cli
from qdrill.cli.numbers import Finite
from tests.cli.runner import qdrill

RUN = ("run", "--source", "lab/a", "--target", "lab/b")


def params(command: click.Command, name: str = "") -> list[tuple[str, click.Parameter]]:
    """Every option of a command and of those under it, with where it stands."""
    context = click.Context(command)
    inner = command.list_commands(context) if isinstance(command, click.Group) else []
    below = [(one, command.get_command(context, one)) for one in inner] if isinstance(command, click.Group) else []
    found = [(f"{name} {one.name}", one) for one in command.params]
    return found + [pair for sub, of in below if of is not None for pair in params(of, f"{name} {sub}")]


DECIMALS = {name: one for name, one in params(cli) if isinstance(one.type, click.types.FloatParamType)}


def test_every_option_with_decimals_is_of_one_type() -> None:
    assert isinstance(cli, LazyGroup)
    assert len(DECIMALS) >= 7
    assert {name.split()[0] for name in DECIMALS} <= COMMANDS.keys()
    assert [name for name, one in DECIMALS.items() if not isinstance(one.type, Finite)] == []


@pytest.mark.parametrize("value", ["nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e999"])
@pytest.mark.parametrize("name", DECIMALS)
def test_what_is_not_finite_is_refused(name: str, value: str) -> None:
    with pytest.raises(click.BadParameter, match=r"not a finite number|not in the range"):
        DECIMALS[name].type.convert(value, DECIMALS[name], None)


@pytest.mark.parametrize("name", DECIMALS)
def test_a_number_is_taken(name: str) -> None:
    assert DECIMALS[name].type.convert("1.5", None, None) == 1.5


@pytest.mark.parametrize("option", ["--rto", "--rpo", "--delay-ms-per-point", "--optimize-wait"])
def test_it_is_one_line_and_a_usage_error(lab: Path, option: str) -> None:
    ran = qdrill(*RUN, option, "nan", cwd=lab)
    assert ran.code == 2
    assert option in ran.error
    assert "nan is not a finite number" in ran.error
    assert not (lab / "artifacts").exists()
