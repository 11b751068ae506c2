"""What a reader of the record should know about an adopted dump, in plain lines."""

from __future__ import annotations

from qdrill.archive.dump_file import DumpFile
from qdrill.archive.dump_plan import Plan
from qdrill.archive.dump_survey import Survey
from qdrill.names import terminal_text

_KEYS_SHOWN = 10


def notes_of(file: DumpFile, survey: Survey, plan: Plan) -> tuple[str, ...]:
    """The notes, the weightiest first."""
    found = (
        partial_note(survey),
        "" if survey.rows else "the dump holds no rows",
        _embedded(plan),
        _rescaled(survey, plan),
        _bare(survey),
        plan.note,
        _dropped(survey),
        f"the data's time is taken to be the file's last change, {file.changed_at}; copying may have renewed it",
    )
    return tuple(note for note in found if note)


def partial_note(survey: Survey) -> str:
    """That the dump itself says that it is not whole; empty where it does not."""
    if survey.next_page is None:
        return ""
    start = terminal_text(survey.next_page[:80].decode("utf-8", "replace"), 60)
    return f"the dump is not whole: it says that more points follow, from id {start} on; they are not in it"


def _embedded(plan: Plan) -> str:
    made = plan.refill.made if plan.refill is not None else 0
    return f"vectors made anew from payload.text, not the source's own: {made}" if made else ""


def _rescaled(survey: Survey, plan: Plan) -> str:
    number = sum(survey.unusual[name] for name in plan.schema.normalising)
    if not number:
        return ""
    return (
        f"vectors that are not of length 1, at which a Cosine collection stores them: {number}; comparing with the "
        "dump lists them"
    )


def _bare(survey: Survey) -> str:
    bare = survey.counts[()]
    return f"rows with an empty set of vectors, restored so: {bare}" if bare else ""


def _dropped(survey: Survey) -> str:
    keys = sorted(terminal_text(key, 40) for key in survey.dropped)
    more = f" and {len(keys) - _KEYS_SHOWN} more" if len(keys) > _KEYS_SHOWN else ""
    return f"keys of rows that an archive does not keep: {', '.join(keys[:_KEYS_SHOWN])}{more}" if keys else ""
