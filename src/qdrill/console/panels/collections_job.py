"""The backup or restore under way, and what came of the last one."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from qdrill.console.jobs import Job, JobState
from qdrill.console.panels.collections_job_lines import Ended, ended_of, job_bar
from qdrill.console.text import plain, shown
from qdrill.console.widgets.bar import Bar
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import StateValue, state_content


class JobPanel(Vertical, Localised):
    """Hidden until there is a job; a result stays until somebody closes it."""

    DEFAULT_CSS = """
    JobPanel { height: auto; max-height: 10; display: none; }
    JobPanel.-shown { display: block; }
    JobPanel #job-result { display: none; height: auto; }
    JobPanel.-ended #job-result { display: block; }
    JobPanel.-ended Bar { display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._job: Job[object] | None = None
        self._put_away: Job[object] | None = None
        self._archive = ""
        self.ended: Ended | None = None
        self._title = ("", "")

    def compose(self) -> ComposeResult:
        """Bar while it runs, words when it has ended."""
        yield Bar()
        yield Static(id="job-result", markup=False)

    def begin(self, archive: str) -> None:
        """A restore of that archive begins; its result does not name it."""
        self._archive = archive

    def show(self, job: Job[object] | None) -> bool:
        """Show the job at this moment; True once, when it has just ended."""
        if job is not self._job:
            self._job, self.ended = job, None
        if job is None or job is self._put_away:
            self.remove_class("-shown")
            return False
        self.add_class("-shown")
        state = job.state
        self._show_titles(job, state)
        if job.ended:
            return self._end(job)
        self.remove_class("-ended")
        self.query_one(Bar).show(job_bar(self.say, job.snapshot(), state))
        return False

    def close(self) -> bool:
        """Put the result away; False while there is none."""
        if self.ended is None or self._job is self._put_away:
            return False
        self._put_away = self._job
        self.remove_class("-shown")
        return True

    def relabel(self) -> None:
        """Words in the app's language; the bar comes with the next tick."""
        if self._job is not None and self.ended is not None:
            self._write(self._job)

    def _end(self, job: Job[object]) -> bool:
        if self.ended is not None:
            return False
        self.add_class("-ended")
        self._write(job)
        return True

    def _write(self, job: Job[object]) -> None:
        app = self.console_app
        ended = self.ended = ended_of(self.say, app.language, job, self._archive)
        head = state_content(StateValue(ended.state, self.say(f"collections.verdict.{ended.state}")))
        first = Content.assemble(head, "  ", shown(ended.headline))
        self.query_one("#job-result", Static).update(Content("\n").join([first, *map(plain, ended.lines)]))

    def _show_titles(self, job: Job[object], state: JobState) -> None:
        app = self.console_app
        title = self.say(f"collections.job.{job.kind}", title=job.title)
        steer = () if state == "cancelling" else ("collections.pause", "collections.cancel")
        names = ("collections.close",) if job.ended else steer
        hint = "   ".join(f"{app.key_of(name)} {self.say(f'action.{name}')}" for name in names)
        if (title, hint) != self._title:
            self._title = (title, hint)
            room = max(20, self.size.width - 8) if self.size.width else 60
            setattr(self, "border_title", plain(title, room))  # noqa: B010 - the setter takes Content
            setattr(self, "border_subtitle", plain(hint, room))  # noqa: B010
