"""One point on both sides: every value that differs, and both versions beside each other."""

from __future__ import annotations

import json
from typing import Literal, cast

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Static

from qdrill import units
from qdrill.console.i18n import Say
from qdrill.console.text import UNKNOWN, Cell, as_cell, lines, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.drill.point_versions import PointVersions
from qdrill.results import PointId
from qdrill.rows.difference import ABSENT, Change, VectorChange
from qdrill.rows.preview import PointRow

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")
_LONGEST = 20_000
"""Characters of a payload that are shown; a payload may have megabytes, and is copied whole."""
_PADDING = 6


def state_of(versions: PointVersions) -> str:
    """What became of the point, as a key under `compare.point`."""
    if versions.left is None or versions.right is None:
        return "gone" if versions.left is versions.right else "missing" if versions.left else "extra"
    return "differs" if versions.changes or versions.vectors or versions.unlisted else "same"


def vector_line(say: Say, change: VectorChange) -> str:
    """How far one vector is off."""
    largest = UNKNOWN if change.largest is None else f"{change.largest:.6g}"
    numbers = {"changed": units.count(change.changed), "n": units.count(change.numbers), "largest": largest}
    return say("compare.point.vector", name=_name(say, change.name), **numbers)


def _name(say: Say, name: str) -> str:
    return name or say("compare.point.unnamed")


def version_text(say: Say, row: PointRow | None) -> str:
    """One version: payload and vectors."""
    if row is None:
        return say("compare.point.not_there")
    payload = json.dumps(row.payload, ensure_ascii=False, indent=2, default=str)
    if len(payload) > _LONGEST:
        payload = f"{payload[:_LONGEST]}\n{say('compare.point.cut', n=units.count(len(payload) - _LONGEST))}"
    vectors = [
        say("compare.point.stored", name=_name(say, one.name), n=units.count(one.size), preview=one.preview())
        for one in row.vectors
    ]
    return "\n".join(["payload", payload, *vectors])


def point_json(versions: PointVersions) -> str:
    """Both versions as their stores served them, and the changes; as JSON."""
    left, right = ("null" if row is None else row.text for row in (versions.left, versions.right))
    changes = [{"path": one.path, "left": one.left, "right": one.right} for one in versions.changes]
    return (
        f'{{"id": {json.dumps(versions.id)},\n"left": {left},\n"right": {right},\n'
        f'"changes": {json.dumps(changes, ensure_ascii=False)}, "unlisted": {versions.unlisted}}}'
    )


class ComparePointPanel(Vertical, Localised):
    """A point, or that it is asked for, or why it cannot be shown."""

    DEFAULT_CSS = """
    ComparePointPanel {
        height: 1fr;
        & #point-head { height: auto; max-height: 6; text-style: bold; }
        & #changes { height: auto; max-height: 40%; margin-top: 1; display: none; }
        & #versions { height: 1fr; margin-top: 1; }
        & .version { width: 1fr; height: 1fr; border: round $panel-lighten-2; border-title-color: $text-muted; padding: 0 1; }
        & .version Static { height: auto; }
        & #versions { display: none; }
        &.-found #versions { display: block; }
        &.-changed #changes { display: block; }
    }
    """  # noqa: E501

    class Opened(Message):
        """Somebody wants to read a change in full."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self.point: PointId | None = None
        self.versions: PointVersions | None = None
        self._places: dict[Side, str] = {"left": "", "right": ""}
        self._problem = ""
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """What became of it; the changes; both versions."""
        yield Static(id="point-head", markup=False)
        yield DataTable[Cell](id="changes", cursor_type="row", zebra_stripes=True)
        with Horizontal(id="versions"):
            for side in SIDES:
                with VerticalScroll(id=f"version-{side}", classes="version"):
                    yield Static(markup=False)

    @property
    def table(self) -> DataTable[Cell]:
        """The changes."""
        return cast("DataTable[Cell]", self.query_one("#changes", DataTable))

    @property
    def selected(self) -> Change | None:
        """The change under the cursor, while the table has the focus."""
        changes = self.versions.changes if self.versions is not None else ()
        row = self.table.cursor_row
        return changes[row] if self.table.has_focus and 0 <= row < len(changes) else None

    def wait_for(self, point: PointId, left: str, right: str) -> None:
        """The point is asked for."""
        self.point, self._places = point, {"left": left, "right": right}
        self.versions, self._problem = None, ""
        self.relabel()

    def show(self, versions: PointVersions) -> None:
        """Show both versions."""
        self.versions, self._problem = versions, ""
        self.relabel()
        if versions.changes:
            self.table.focus()
        else:
            self.query_one("#version-left" if versions.left is not None else "#version-right").focus()

    def show_problem(self, problem: str) -> None:
        """Say why it cannot be shown."""
        self.versions, self._problem = None, problem
        self.relabel()

    def on_resize(self) -> None:
        """Columns as wide as there is room for."""
        self.relabel()

    def relabel(self) -> None:
        """Everything, in the app's language."""
        app = self.console_app
        drawn = (self.point, self.versions, self._problem, self.size.width, app.language)
        if self.point is None or drawn == self._drawn:
            return
        same = self._drawn[1:2] == (self.versions,)
        self._drawn = drawn
        # The setter takes Content, its type says str.
        setattr(self, "border_title", plain(self.say("compare.point.title", id=shown(str(self.point), 60))))  # noqa: B010
        self.query_one("#point-head", Static).update(lines("\n".join(self._head())))
        self.set_class(self.versions is not None, "-found")
        self.set_class(self.versions is not None and bool(self.versions.changes), "-changed")
        if self.versions is not None:
            self._draw_versions(self.versions)
            self._draw_changes(self.versions, self.table.cursor_row if same else 0)

    def _head(self) -> list[str]:
        if self._problem:
            hint = self.say("compare.point.retry", press=self.console_app.key_of("app.retry"))
            return [f"? {self.sentence(self._problem)}", hint]
        if self.versions is None:
            return [self.say("compare.point.asking")]
        head = [self.say(f"compare.point.{state_of(self.versions)}")]
        head += [vector_line(self.say, change) for change in self.versions.vectors]
        if self.versions.unlisted:
            head.append(self.say("compare.point.unlisted", n=units.count(self.versions.unlisted)))
        return head

    def _draw_versions(self, versions: PointVersions) -> None:
        rows: dict[Side, PointRow | None] = {"left": versions.left, "right": versions.right}
        for side in SIDES:
            scroll = self.query_one(f"#version-{side}", VerticalScroll)
            title = plain(f"{self.say(f'compare.field.{side}')}  {self._places[side]}")
            setattr(scroll, "border_title", title)  # noqa: B010 - as above
            scroll.query_one(Static).update(lines(version_text(self.say, rows[side])))

    def _draw_changes(self, versions: PointVersions, cursor: int) -> None:
        table = self.table
        room = max(30, self.size.width - 4 - _PADDING)
        path = min(max((cell_len(shown(one.path)) for one in versions.changes), default=0), room // 3)
        value = (room - path) // 2
        table.clear(columns=True)
        for key, width in (("path", path), ("left", value), ("right", value)):
            table.add_column(Text(self.say(f"compare.column.{key}")), width=width)
        for one in versions.changes:
            left, right = (self.say("compare.absent") if text == ABSENT else text for text in (one.left, one.right))
            table.add_row(as_cell(one.path, path), as_cell(left, value), as_cell(right, value))
        table.move_cursor(row=cursor)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter or a click on a change."""
        event.stop()
        self.post_message(self.Opened())


def change_text(say: Say, change: Change) -> str:
    """A change in full; its values are never shortened."""
    sides = [(say("compare.field.left"), change.left), (say("compare.field.right"), change.right)]
    return "\n\n".join([change.path, *(f"{side}\n{value}" for side, value in sides)])
