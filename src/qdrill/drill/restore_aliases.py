"""Aliases of a restore: those that are free are set; one that another collection holds is taken by consent alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qdrill.errors import QdrillError, Refused, UsageError
from qdrill.events import Emit, Notice
from qdrill.names import terminal_text
from qdrill.results import AliasOutcome, Check, RestoreResult
from qdrill.stores.base import CollectionWriter

_LISTED = 20
_SET = ("set", "moved")
NOT_WHOLE = "the restored collection is not whole"
_EXPECTED = "every alias of the source leads to the target"


def with_aliases(
    writer: CollectionWriter, result: RestoreResult, names: Sequence[str], *, move: bool, emit: Emit
) -> RestoreResult:
    """`result` with what became of the aliases `names`, which are set now.

    Args:
        move: take those that another collection holds, where everything else came back; each is told of.

    Raises:
        StoreError, Interrupted: `resume` of the restore goes on from there.
    """
    aliases = tuple(_bring_back(writer, name, move=move, whole=_is_whole(result)) for name in names)
    there = _read_back(writer) if any(one.state in _SET for one in aliases) else frozenset()
    aliases = tuple(
        replace(one, state="failed", reason="the store took it and does not show it")
        if one.state in _SET and there is not None and one.name not in there
        else one
        for one in aliases
    )
    for one in aliases:
        if one.state != "set":
            emit(Notice("warning", words_of(one)))
    return replace(result, aliases=aliases)


def ours(result: RestoreResult) -> frozenset[str]:
    """The aliases that a restore let lead to its target."""
    return frozenset(one.name for one in result.aliases if one.state in _SET)


def words_of(alias: AliasOutcome) -> str:
    """What became of one alias, as a sentence without its full stop."""
    name, holder = terminal_text(alias.name, 60), terminal_text(alias.holder, 60)
    if alias.state == "set":
        return f"the alias {name} was set"
    if alias.state == "moved":
        return f"the alias {name} was moved here from {holder}"
    if alias.state == "held":
        return f"the alias {name} was left with {holder}, which holds it" + (
            f": it was not moved, because {alias.reason}" if alias.reason else ""
        )
    return f"the alias {name} was not set: {alias.reason}"


def not_set(result: RestoreResult) -> tuple[AliasOutcome, ...]:
    """Aliases that were asked for and do not lead to the target."""
    return tuple(one for one in result.aliases if one.state not in _SET)


def alias_notes(result: RestoreResult) -> list[str]:
    """A line for each alias that was not set, for the record."""
    return [words_of(one) for one in not_set(result)]


def alias_check(result: RestoreResult) -> Iterator[Check]:
    """Whether the aliases that were asked for came back; no question where there is none.

    One that is held elsewhere proves nothing: whether it would come back could not be tried.
    """
    if not result.aliases:
        return
    wrong = not_set(result)
    seen = f"{len(result.aliases) - len(wrong)} of {len(result.aliases)} set"
    if not wrong:
        yield Check("aliases", "pass", _EXPECTED, seen)
        return
    first = next((one for one in wrong if one.state == "failed"), wrong[0])
    ids = tuple(f"{one.name} ({one.holder})" if one.holder else one.name for one in wrong[:_LISTED])
    yield Check(
        "aliases",
        "fail" if first.state == "failed" else "inconclusive",
        _EXPECTED,
        f"{seen}; {words_of(first)}",
        ids,
    )


def planned_words(writer: CollectionWriter, target: str, names: Sequence[str]) -> str:
    """What a drill would do with the aliases `names`; nothing is written. Raises StoreError, Refused.

    Args:
        target: the target's collection, which may not exist yet.
    """
    if not names:
        return "the source has none"
    holders = {name: writer.holder_of(name) for name in names}
    free = [terminal_text(name, 60) for name, holder in holders.items() if holder in ("", target)]
    held = [
        f"{terminal_text(name, 60)} with {terminal_text(holder, 60)}"
        for name, holder in holders.items()
        if holder not in ("", target)
    ]
    told = [f"set {', '.join(free)}"] if free else []
    told += [f"leave {', '.join(held)}: a drill never moves an alias"] if held else []
    return "; ".join(told)


def tell_of_lost_aliases(writer: CollectionWriter, address: str, emit: Emit) -> None:
    """Say which aliases go with a target that is about to be deleted."""
    lost = writer.reader.aliases()
    if lost:
        names = ", ".join(terminal_text(name, 60) for name in lost)
        emit(Notice("warning", f"deleting {terminal_text(address)} takes its aliases with it: {names}"))


def _is_whole(result: RestoreResult) -> bool:
    there = result.points_restored == result.points_expected and not result.rejected_total
    return there and not result.config_differences and not result.partial


def _bring_back(writer: CollectionWriter, name: str, *, move: bool, whole: bool) -> AliasOutcome:
    """One alias. Servers move an alias without a word, so who has it is asked first."""
    try:
        holder = writer.holder_of(name)
        if holder == writer.reader.name:
            return AliasOutcome(name, "set")
        if holder == name:
            return AliasOutcome(name, "failed", holder, "a collection of the target's store has this name")
        if holder and not (move and whole):
            return AliasOutcome(name, "held", holder, NOT_WHOLE if move else "")
        writer.add_alias(name)
    except (Refused, UsageError) as error:
        return AliasOutcome(name, "failed", "", terminal_text(_reason(error), 200))
    return AliasOutcome(name, "moved" if holder else "set", holder)


def _reason(error: QdrillError) -> str:
    return error.reason if isinstance(error, Refused) else str(error)


def _read_back(writer: CollectionWriter) -> frozenset[str] | None:
    """The aliases that lead to the target now; None where this key may not list them."""
    try:
        return frozenset(writer.aliases())
    except Refused:
        return None
