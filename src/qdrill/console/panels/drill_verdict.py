"""How a drill ended: the verdict in words, the figures it rests on, and the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, cast

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Static

from qdrill import units
from qdrill.console.jobs import Job
from qdrill.console.panels.drill_words import (
    Say,
    check_name,
    count_states,
    goal_words,
    seconds_words,
    sentence,
)
from qdrill.console.text import UNKNOWN, Cell, as_cell, lines, shown
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS, State, StateValue, css_class, state_cell
from qdrill.drill.results import Check, Drift, DrillResult, Moments, SearchOutcome
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import Interrupted

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp
    from qdrill.console.i18n import Language

Room = Literal["all", "beside", "tight"]

_EXPECTED_FROM = 82
_SCROLLBAR = 2
_SEARCHES_SHOWN = 3
_ORDER: tuple[State, ...] = ("fail", "inconclusive", "skipped", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a drill ended.

    Attributes:
        verdict: as in the record; one that could not begin is inconclusive or interrupted there too.
        begun: whether there are figures at all.
        record: path of the record; empty where the console does not know it.
    """

    verdict: State
    reason: str
    begun: bool
    checks: tuple[Check, ...] = ()
    result: DrillResult | None = None
    record: str = ""


def ending_of(job: Job[object]) -> Ending | None:
    """How the job ended; None while it runs."""
    if not job.ended:
        return None
    snapshot = job.snapshot()
    if isinstance(job.result, DrillOutcome):
        result = job.result.result
        return Ending(result.verdict, result.reason, True, result.checks, result, str(job.result.record))
    if snapshot.verdict is not None:
        return Ending(snapshot.verdict, snapshot.reason, True, snapshot.checks, None, snapshot.record)
    verdict: State = "interrupted" if isinstance(job.error, Interrupted) else "inconclusive"
    return Ending(verdict, str(job.error), bool(snapshot.drill_id), snapshot.checks)


def figure_lines(say: Say, ending: Ending, language: Language, room: Room = "all") -> list[str]:
    """The figures of a drill, a line for each kind; what was not measured says so.

    Args:
        room: `beside`: the moments stand beside the stages; `tight`: what the checks tell too is left to them.
    """
    result = ending.result
    if result is None:
        return [say("drill.figure.record", path=ending.record)] if ending.record else []
    found = [_times(say, result), *_amounts(say, result), _drift(say, result.drift)]
    if result.restore is not None and room != "beside":
        parts = [f"{name} {time}" for name, time in moments(say, result.restore.moments)]
        found.append(say("drill.figure.moments", parts="  ".join(parts)))
    found += _searches(say, result.searches, language, tight=room == "tight")
    found += [say("drill.figure.note", text=sentence(language, note)) for note in result.notes]
    return [*found, say("drill.figure.record", path=ending.record)]


def moments(say: Say, reached: Moments) -> list[tuple[str, str]]:
    """The moments of a recovery by name, in the order in which they come; one that was not reached is unknown."""
    return [(say(f"drill.moment.{one.name}"), seconds_words(getattr(reached, one.name))) for one in fields(reached)]


def _times(say: Say, result: DrillResult) -> str:
    wanted = result.objectives
    rta = say("drill.figure.rta", actual=seconds_words(result.rta_seconds), goal=goal_words(wanted.rto_seconds))
    rpa = say("drill.figure.rpa", actual=seconds_words(result.rpa_seconds), goal=goal_words(wanted.rpo_seconds))
    return f"{rta}   {rpa}"


def _amounts(say: Say, result: DrillResult) -> list[str]:
    found: list[str] = []
    if result.restore is not None:
        rows = units.count(result.restore.points_restored), units.count(result.restore.points_expected)
        found.append(say("drill.figure.restored", restored=rows[0], expected=rows[1]))
    if result.backup is not None:
        size, points = units.size(result.backup.bytes), units.count(result.backup.points)
        found.append(say("drill.figure.archive", points=points, size=size))
    lines_found = ["   ".join(found)] if found else []
    if result.backup is not None and result.backup.resumed_chunks:
        lines_found.append(say("drill.figure.resumed", n=units.count(result.backup.resumed_chunks)))
    return lines_found


def _drift(say: Say, drift: Drift) -> str:
    if drift.added is None or drift.changed is None or drift.removed is None:
        return say("drill.figure.no_drift")
    added, changed, removed = map(units.count, (drift.added, drift.changed, drift.removed))
    return say("drill.figure.drift", added=added, changed=changed, removed=removed)


def _searches(say: Say, searches: Sequence[SearchOutcome], language: Language, *, tight: bool) -> list[str]:
    """How many are right, and a line for each of those that are not."""
    if not searches:
        return []
    wrong = [search for search in searches if search.state != "pass"]
    names = ", ".join(sentence(language, search.name) for search in searches if search.state == "pass")
    right, total = len(searches) - len(wrong), len(searches)
    if tight:
        return [say("drill.figure.searches", right=right, total=total, names="").rstrip(" :：")]
    found = [_search(say, search, language) for search in wrong[:_SEARCHES_SHOWN]]
    if len(wrong) > _SEARCHES_SHOWN:
        found.append(say("drill.figure.more_searches", n=len(wrong) - _SEARCHES_SHOWN))
    return [say("drill.figure.searches", right=right, total=total, names=names), *found]


def _search(say: Say, search: SearchOutcome, language: Language) -> str:
    overlap = UNKNOWN if search.overlap is None else f"{search.overlap:.2f}"
    state = f"{GLYPHS[search.state]} {say(f'drill.state.{search.state}')}"
    name, reason = sentence(language, search.name), sentence(language, search.reason)
    return say("drill.figure.search", state=state, name=name, k=search.top_k, overlap=overlap, reason=reason)


def worst_first(checks: Sequence[Check]) -> list[Check]:
    """The checks as they are listed: what failed is never below the fold."""
    return sorted(checks, key=lambda check: _ORDER.index(check.state))


def check_text(say: Say, language: Language, check: Check) -> str:
    """A check in full: expected, seen, and which ids."""
    parts = [
        f"{GLYPHS[check.state]} {say(f'drill.state.{check.state}')}   {check.name}",
        say("drill.check.required" if check.required else "drill.check.optional"),
        "",
        say("drill.check.expected"),
        f"  {sentence(language, check.expected)}",
        "",
        say("drill.check.seen"),
        f"  {sentence(language, check.seen)}",
    ]
    if check.ids:
        parts += ["", say("drill.check.ids", n=len(check.ids)), *(f"  {shown(one)}" for one in check.ids)]
    return "\n".join(parts)


def ending_text(say: Say, ending: Ending, language: Language) -> str:
    """All of it as text, for copying."""
    head = f"{GLYPHS[ending.verdict]} {say(f'drill.verdict.{ending.verdict}')}: {sentence(language, ending.reason)}"
    checks = [
        f"{GLYPHS[one.state]} {say(f'drill.state.{one.state}')}  {check_name(language, one.name)}: "
        f"{sentence(language, one.expected)} | {sentence(language, one.seen)}"
        for one in worst_first(ending.checks)
    ]
    return "\n".join([head, "", *figure_lines(say, ending, language), "", *checks])


class VerdictPanel(Vertical, Localised):
    """The verdict and its figures over the table of checks."""

    DEFAULT_CSS = """
    VerdictPanel {
        height: 1fr;
        & #verdict { height: auto; padding: 0 1; text-style: bold; border: heavy $state-inconclusive; }
        & #verdict.-pass { color: $state-pass; border: heavy $state-pass; }
        & #verdict.-fail { color: $state-fail; border: heavy $state-fail; }
        & #verdict.-inconclusive { color: $state-inconclusive; border: dashed $state-inconclusive; }
        & #verdict.-interrupted { color: $state-interrupted; border: dashed $state-interrupted; }
        & #figures { height: auto; max-height: 14; padding: 0 1; overflow-y: auto; }
        & #checks { height: 1fr; min-height: 5; border-top: solid $panel-lighten-2; overflow-x: hidden; }
    }
    """

    class Opened(Message):
        """Somebody wants to see a check in full."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ending: Ending | None = None
        self._hint = ""
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Verdict, figures, checks."""
        yield Static(id="verdict", markup=False)
        yield Static(id="figures", markup=False)
        yield DataTable[Cell](id="checks", cursor_type="row", zebra_stripes=True)

    @property
    def table(self) -> DataTable[Cell]:
        """The checks."""
        return cast("DataTable[Cell]", self.query_one("#checks", DataTable))

    @property
    def selected(self) -> Check | None:
        """The check under the cursor."""
        checks = worst_first(self._ending.checks) if self._ending is not None else ()
        row = self.table.cursor_row
        return checks[row] if 0 <= row < len(checks) else None

    def show(self, ending: Ending, hint: str = "") -> None:
        """Show how a drill ended; `hint` says what can be done about it."""
        self._ending, self._hint = ending, hint
        self._draw()

    def relabel(self) -> None:
        """The same in another language."""
        self._draw()

    def on_resize(self) -> None:
        """Columns as wide as there is room for."""
        self._draw()

    def _draw(self) -> None:
        ending, app = self._ending, cast("QdrillApp", self.app)
        drawn = (ending, self._hint, app.language, self.size.width, app.theme)
        if ending is None or not self.size.width or drawn == self._drawn:
            return
        first = self._drawn[:1] != drawn[:1]
        self._drawn = drawn
        verdict = self.query_one("#verdict", Static)
        verdict.set_classes(css_class(ending.verdict))
        word = self.say(f"drill.verdict.{ending.verdict}")
        reason = sentence(app.language, ending.reason)
        counted = ", ".join(count_states(self.say, ending.checks))
        text = f"{GLYPHS[ending.verdict]} {word}" + (
            f"   {self.say('drill.checks', counts=counted)}" if counted else ""
        )
        verdict.update(lines(f"{text}\n{reason}"))
        found = figure_lines(self.say, ending, app.language, "tight" if self.screen.has_class("-compact") else "beside")
        found = [self._hint, *found] if self._hint else found
        self.query_one("#figures", Static).update(lines("\n".join(found)))
        self._draw_checks(ending, app, 0 if first else self.table.cursor_row)

    def _draw_checks(self, ending: Ending, app: QdrillApp, cursor: int) -> None:
        table, language = self.table, app.language
        table.clear(columns=True)
        checks = worst_first(ending.checks)
        state = max((cell_len(f"? {self.say(f'drill.state.{one.state}')}") for one in checks), default=8)
        name = max((cell_len(check_name(language, one.name)) for one in checks), default=8)
        widths = self._widths(state, min(name, 26))
        for key, width in widths.items():
            table.add_column(Text(self.say(f"drill.column.{key}")), width=width, key=key)
        for check in checks:
            cells = {
                "state": self._state(check, ending, app),
                "name": as_cell(check_name(language, check.name), widths["name"]),
                "expected": as_cell(sentence(language, check.expected), widths.get("expected", 0)),
                "seen": as_cell(sentence(language, check.seen), widths["seen"]),
            }
            table.add_row(*(cells[key] for key in widths))
        if checks:
            table.move_cursor(row=min(cursor, len(checks) - 1))

    def _widths(self, state: int, name: int) -> dict[str, int]:
        """Columns for the width at hand: what was expected goes first, it stands in the check in full."""
        padding = 2 * self.table.cell_padding
        rest = self.size.width - state - name - 3 * padding - _SCROLLBAR
        if self.size.width < _EXPECTED_FROM:
            return {"state": state, "name": name, "seen": max(12, rest)}
        expected = (rest - padding) * 2 // 5
        return {"state": state, "name": name, "expected": expected, "seen": rest - padding - expected}

    def _state(self, check: Check, ending: Ending, app: QdrillApp) -> Cell:
        """A check that passed is green only where the drill passed."""
        cell = state_cell(StateValue(check.state, self.say(f"drill.state.{check.state}")), app.theme_variables)
        if check.state == "pass" and ending.verdict != "pass":
            cell.style = ""
        return cell

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter or a click on a check."""
        event.stop()
        self.post_message(self.Opened())
