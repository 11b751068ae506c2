"""Backing up and restoring from the Collections screen: questions first, then a job of the app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.address import parse_address
from qdrill.browse.overview import address_text
from qdrill.config_model import user_path
from qdrill.console.jobs import Job, JobKind, Work
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.prompt import Prompt
from qdrill.console.panels.collections_cells import Guard
from qdrill.console.panels.collections_job import JobPanel
from qdrill.console.screens.base import ConsoleScreen
from qdrill.errors import QdrillError
from qdrill.names import default_archive

if TYPE_CHECKING:
    from qdrill.console.panels.collections_list import Listed

_TYPED = ""
"""The choice of a path that is not listed."""


class Working(ConsoleScreen):
    """`b`, `w`, `p` and `x`. Subclasses tell which collection is at hand."""

    def __init__(self) -> None:
        super().__init__()
        # How the stores are marked, by label.
        self.guards: dict[str, Guard] = {}

    @property
    def at_hand(self) -> Listed | None:
        """The collection under the cursor, or the one in the detail."""
        raise NotImplementedError

    @property
    def job(self) -> Job[object] | None:
        """The last backup or restore, ended or not."""
        return self.console_app.jobs.last("backup", "restore")

    def do_backup(self) -> None:
        """Ask where to; then back the collection up."""
        row = self.at_hand
        if row is None or row.summary.collection is None:
            return
        address = row.summary.address
        path = default_archive(self.engine.config.artifacts, row.summary.collection)
        say = self.say
        self._prompt(
            lambda: (say("collections.ask.backup", address=address), say("collections.ask.backup_text")),
            str(path),
            lambda text: self._back_up(address, user_path(text)),
        )

    def _back_up(self, address: str, path: Path) -> None:
        engine = self.engine
        self._start("backup", address, lambda control, emit: engine.back_up(address, path, control, emit))

    def do_restore(self) -> None:
        """Ask for an archive, then for the target; then restore."""
        self.ask(self.engine.archives, self._choose_archive, group="archives")

    def _choose_archive(self, archives: tuple[Path, ...]) -> None:
        if not archives:
            self._type_archive()
            return
        row = self.at_hand
        own = row and default_archive(self.engine.config.artifacts, row.summary.collection or "")
        chosen = str(own) if own in archives else str(archives[0])

        def choice() -> Choose:
            options = [(str(path), path.name) for path in archives] + [(_TYPED, self.say("collections.ask.typed"))]
            return Choose(self.say("collections.ask.archive"), options, chosen)

        open_dialogue(self.app, choice, self._archive_chosen)

    def _archive_chosen(self, chosen: str | None) -> None:
        if chosen == _TYPED:
            self._type_archive()
        elif chosen is not None:
            self._ask_target(Path(chosen), self._proposed(), "")

    def _type_archive(self) -> None:
        say = self.say
        folder = f"{self.engine.config.artifacts / 'metrics'}/"
        self._prompt(
            lambda: (say("collections.ask.archive"), say("collections.ask.archive_text")),
            folder,
            lambda typed: self._ask_target(user_path(typed), self._proposed(), ""),
        )

    def _proposed(self) -> str:
        """The collection at hand with the suffix of restored ones; never in a store that is guarded."""
        row = self.at_hand
        if row is None or row.summary.collection is None:
            return ""
        name = row.summary.collection + self.engine.config.restored_suffix
        stores = {store.label: store for store in self.engine.stores()}
        free = [store for store in stores.values() if not self.guards.get(store.label)]
        own = stores.get(row.summary.store)
        store = own if own in free else next(iter(free), None)
        return address_text(store, name) if store is not None else ""

    def _ask_target(self, archive: Path, value: str, problem: str) -> None:
        def words() -> tuple[str, str]:
            text = f"✗ {self.sentence(problem)}" if problem else self.say("collections.ask.target_text")
            return self.say("collections.ask.target", archive=archive.name), text

        self._prompt(words, value, lambda target: self._look_at_target(archive, target))

    def _look_at_target(self, archive: Path, target: str) -> None:
        engine = self.engine

        def look() -> tuple[str, bool]:
            return parse_address(target, engine.config).collection, engine.target_exists(target)

        def again(error: QdrillError) -> None:
            self._ask_target(archive, target, str(error))

        self.ask(look, lambda found: self._restore_to(archive, target, *found), group="target", failed=again)

    def _restore_to(self, archive: Path, target: str, name: str, exists: bool) -> None:
        if not exists:
            self._restore(archive, target, None)
            return
        say = self.say

        def question() -> Confirm:
            title, text = say("collections.ask.replace", target=target), say("collections.ask.replace_text", name=name)
            return Confirm(title, text, say("collections.ask.replace_yes"), typed=name)

        open_dialogue(self.app, question, lambda yes: self._restore(archive, target, name) if yes else None)

    def _restore(self, archive: Path, target: str, replace: str | None) -> None:
        engine = self.engine
        self.query_one(JobPanel).begin(str(archive))
        self._start("restore", target, lambda control, emit: engine.restore(archive, target, replace, control, emit))

    def _start(self, kind: JobKind, title: str, work: Work[object]) -> None:
        """Begin a job, unless another one began while the questions were open."""
        if reason := self.why_busy():
            self.console_app.tell(reason, severity="warning")
            return
        self.console_app.jobs.start(kind, title, work)
        self.tick()

    def do_pause(self) -> None:
        """Hold the job, or let it go on."""
        if self.job is not None:
            self.job.pause()

    def do_cancel(self) -> None:
        """Ask the job to stop; it says "cancelling..." until it has."""
        if self.job is not None:
            self.job.cancel()

    def why_busy(self) -> str | None:
        """Why no job can begin now."""
        running = self.console_app.jobs.running
        return None if running is None else self.say("collections.why.running", what=self.say(f"job.{running.kind}"))

    def _prompt(self, words: Callable[[], tuple[str, str]], value: str, then: Callable[[str], None]) -> None:
        """Ask for one line; an empty one is no answer. `words` are title and text, in the language at hand."""

        def check(typed: str) -> str | None:
            return None if typed.strip() else self.say("collections.ask.nothing")

        open_dialogue(
            self.app,
            lambda: Prompt(*words(), value, check),
            lambda typed: then(typed.strip()) if typed else None,
        )
