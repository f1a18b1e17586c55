"""What came from outside reaches a terminal harmless, and times are said as people say them."""

from __future__ import annotations

import pytest

from keyholder import showing
from policies.calendar import calendar
from tests.hub.running import START

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07kept", "kept"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1bPpayload\x1b\\kept", "kept"),
        ("\x1bc reset", "reset"),
        ("bell\x07 back\x08space\x7f", "bell backspace"),
        ("photo\u202egpj.exe", "photo[U+202E]gpj.exe"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("two\nlines\rhere\u2028there", "two lineshere there"),
        ("private\ue000", "private\ufffd"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("tail\x1b", "tail"),
        ("\x1b[", ""),
    ],
)
def test_nothing_of_a_name_can_move_a_terminal(hostile: str, shown: str) -> None:
    assert showing.line(hostile) == shown


def test_a_message_keeps_its_lines_and_nothing_else_that_moves() -> None:
    assert showing.lines("one\r\ntwo\x1b[2J\n\nthree\t!\n") == "one\ntwo\n\nthree !"


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert showing.line("x" * 1000, 10) == "xxxxxxxxx…"
    assert len(showing.lines("y" * 300_000)) == showing.LONGEST_TEXT


def test_languages_that_join_letters_stay_readable() -> None:
    assert showing.line("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_400_000, "2.4 MB"), (123_456_789, "123 MB")],
)
def test_sizes_are_said_in_units_people_know(count: int, said: str) -> None:
    assert showing.size(count) == said


def test_times_are_said_as_people_say_them() -> None:
    days = calendar()
    assert showing.due(days.closing(days.local(START).date()), START, days) == "due today, 6pm"
    assert showing.when(START - 24 * HOUR, START, days).startswith("yesterday, ")
    assert showing.exact(START, days).endswith(" GMT")


@pytest.mark.parametrize("moment", [-1, 2**53])
def test_an_impossible_time_is_said_and_not_stumbled_over(moment: int) -> None:
    assert "impossible" in showing.due(moment, START, calendar())
    assert "impossible" in showing.exact(moment, calendar())


def test_a_day_that_is_typed_means_the_close_of_service_in_the_calendars_zone() -> None:
    days = calendar()
    assert days.local(showing.typed_moment("2026-07-01", days)).hour == 18
    assert days.local(showing.typed_moment("2026-07-01 15:30", days)).hour == 15
    with pytest.raises(ValueError, match="2026-11-24"):
        showing.typed_moment("tomorrow", days)
