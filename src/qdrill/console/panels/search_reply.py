"""Putting a question to one collection or two, and whose side it is when there is no answer."""

from __future__ import annotations

from dataclasses import dataclass

from qdrill.console.engine import Engine
from qdrill.drill.ask import SeveralEmbedders
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import Interrupted, QdrillError
from qdrill.results import SearchOutcome


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of whom; `target` is None for a quick look at one collection."""

    spec: SearchSpec
    source: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question.

    Attributes:
        outcome: None where neither side gave anything.
        target: the address that `outcome` compares with; None where the source alone was asked, or alone answered.
        source_error, target_error: why a side gave no answer, one line of the engine; "" where it did.
        embedders: those to choose from, where the text could be embedded by several.
    """

    question: Question
    outcome: SearchOutcome | None = None
    target: str | None = None
    source_error: str = ""
    target_error: str = ""
    embedders: tuple[str, ...] = ()


def put(engine: Engine, question: Question) -> Reply:
    """Ask, in a thread of the caller's. Every error of a store or an embedder becomes that of its side.

    Raises:
        Interrupted: the engine was closed.
    """
    try:
        return _compared(question, engine.ask(question.spec, question.source, question.target)[0])
    except Interrupted:
        raise
    except SeveralEmbedders as error:
        return Reply(question, embedders=error.names)
    except QdrillError as error:
        if question.target is None:
            return Reply(question, source_error=str(error))
        return _source_alone(engine, question, str(error))


def _compared(question: Question, outcome: SearchOutcome) -> Reply:
    ours, theirs = outcome.source_ms is not None, outcome.target_ms is not None
    if question.target is None:
        return Reply(question, outcome)
    return Reply(
        question,
        outcome if ours or theirs else None,
        question.target,
        source_error="" if ours else outcome.reason,
        target_error=outcome.reason if ours and not theirs else "",
    )


def _source_alone(engine: Engine, question: Question, why: str) -> Reply:
    """One of the two could not be opened. Where the source alone answers, it was the target."""
    try:
        outcome = engine.ask(question.spec, question.source, None)[0]
    except Interrupted:
        raise
    except QdrillError as error:
        return Reply(question, source_error=str(error))
    return Reply(question, outcome, target_error=why)
