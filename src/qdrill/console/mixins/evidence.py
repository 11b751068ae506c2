"""Screenshots as evidence: by key, and by themselves at the end of each stage of a drill."""

from __future__ import annotations

import threading
from pathlib import Path

from qdrill.console.feed import STAGES
from qdrill.console.jobs import Job
from qdrill.console.mixins.host import AppPart
from qdrill.console.picture import take_picture
from qdrill.files import make_directory, write_text
from qdrill.names import terminal_text
from qdrill.records.model import SCREENS_DIR

_ONE_AT_A_TIME = threading.Lock()


class Evidence(AppPart):
    """`F12`, and `collect_evidence` some times a second."""

    _shot_job: Job[object] | None = None
    _shot: frozenset[str] = frozenset()

    def do_evidence_screenshot(self) -> None:
        """Save the screen at hand into the drill's evidence; without a drill, beside the artifacts."""
        host, directory = self.host, self.drill_directory()
        folder = directory / SCREENS_DIR if directory else host.engine.config.artifacts / "screens"
        self._save(folder, host.current_mode, told=True)

    def drill_directory(self) -> Path | None:
        """The directory of the drill that runs, or of the last one."""
        job = self.host.jobs.last("drill")
        directory = job.snapshot().directory if job is not None else ""
        return Path(directory) if directory else None

    def collect_evidence(self) -> None:
        """A screenshot of the Drill screen at the end of each stage, and of the verdict.

        A stage that ends while something else is shown gets none: a later picture would show another state.
        """
        host = self.host
        job = host.jobs.last("drill")
        if job is None:
            return
        if job is not self._shot_job:
            self._shot_job, self._shot = job, frozenset()
        new = self._ended(job) - self._shot
        if not new or not job.snapshot().directory:
            return
        shown = host.current_mode == "drill" and len(host.screen_stack) == 1
        # The verdict stays on the screen, so it can be taken when somebody looks again.
        self._shot |= new if shown else new - {"record"}
        if shown:
            # Of stages that ended within one look there is one picture, which names them all.
            host.call_after_refresh(self._shoot, job, "-".join(stage for stage in STAGES if stage in new))

    def _ended(self, job: Job[object]) -> frozenset[str]:
        """Stages that ended; the last one only when the drill's thread has stopped and its record is written."""
        stages = (stage.name for stage in job.snapshot().stages if stage.state in ("done", "failed"))
        return frozenset(name for name in stages if name != "record") | ({"record"} if job.ended else set())

    def _shoot(self, job: Job[object], name: str) -> None:
        self._save(Path(job.snapshot().directory) / SCREENS_DIR, name, told=False)

    def _save(self, folder: Path, name: str, *, told: bool) -> None:
        """Write a picture of the screen, in a thread; a record that is written already then vouches for it."""
        host, svg = self.host, take_picture(self.host, "qdrill")
        directory = self.drill_directory()

        def write() -> Path:
            with _ONE_AT_A_TIME:
                make_directory(folder)
                path = _next(folder, name)
                write_text(path, svg())
                if directory is not None and folder.is_relative_to(directory):
                    self._vouch(directory)
            return path

        def done(path: Path) -> None:
            if told:
                host.tell(host.say("screenshot.saved", path=terminal_text(str(path), 300)))

        host.base_screen.ask(write, done, group=f"screenshot {name}")

    def _vouch(self, directory: Path) -> None:
        """Have the record vouch for files that came after it was written; before that it finds them by itself."""
        job = self.host.jobs.last("drill")
        if job is not None and job.ended and job.result is not None:
            from qdrill.records.amend import Amendment

            self.host.engine.amend(directory, Amendment())


def _next(folder: Path, name: str) -> Path:
    """The next path of the folder: screens are counted in the order they were taken."""
    numbers = [int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*-*.svg") if path.name[:2].isdecimal()]
    return folder / f"{max(numbers, default=0) + 1:02d}-{name}.svg"
