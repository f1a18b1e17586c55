"""Of many events about one thing, listeners hear the first at once and one more for all that follow."""

from collections.abc import Callable

from hub.kernel.calm import Calm
from hub.kernel.live import Event

Waiting = list[Callable[[], None]]


def read(topic: bytes, *to: bytes) -> Event:
    return Event("read", topic, 0, to)


def calm() -> tuple[Calm, list[Event], Waiting, Callable[[float, Callable[[], None]], None]]:
    told: list[Event] = []
    waiting: Waiting = []
    return Calm(told.append), told, waiting, lambda _, call: waiting.append(call)


def test_fifty_readers_of_one_circle_make_two_events() -> None:
    at, told, waiting, later = calm()
    for _ in range(50):
        at.publish(read(b"one"), later)
    assert told == [read(b"one")]
    waiting.pop()()
    assert told == [read(b"one")] * 2, "one more for the forty-nine"
    waiting.pop()()
    assert (len(told), waiting) == (2, []), "and then it is quiet, and nothing is remembered"


def test_the_last_says_whom_to_tell() -> None:
    at, told, waiting, later = calm()
    for to in (b"a", b"b", b"c"):
        at.publish(read(b"one", to), later)
    waiting.pop()()
    assert told == [read(b"one", b"a"), read(b"one", b"c")]


def test_other_circles_are_told_at_once() -> None:
    at, told, waiting, later = calm()
    at.publish(read(b"one"), later)
    at.publish(read(b"two"), later)
    assert told == [read(b"one"), read(b"two")]
    assert len(waiting) == 2
