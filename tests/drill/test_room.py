"""Room that lanes share."""

from __future__ import annotations

import threading
from contextlib import suppress

from qdrill.control import JobControl
from qdrill.drill.lanes import run_lanes
from qdrill.drill.room import Room


def test_lanes_never_hold_more_than_there_is_and_the_longest_is_alone() -> None:
    room, lock = Room(100), threading.Lock()
    held: list[int] = []
    most: list[int] = []
    alone: list[list[int]] = []

    def work(_index: int, length: int) -> None:
        with room.of(length):
            with lock:
                held.append(length)
                most.append(sum(min(one, 100) for one in held))
                if length >= 100:
                    alone.append(list(held))
            with lock:
                held.remove(length)

    run_lanes(6, [30, 40, 500, 10, 100, 60, 70, 0, 99] * 50, work, JobControl())
    assert max(most) <= 100
    assert all(len(beside) == 1 or set(beside) == {0, beside[-1]} for beside in alone)
    assert (held, len(alone)) == ([], 100)


def test_room_is_given_back_where_something_fails() -> None:
    room = Room(10)
    entered: list[int] = []
    for number in range(3):
        with suppress(ValueError), room.of(10):
            entered.append(number)
            raise ValueError
    assert entered == [0, 1, 2]
