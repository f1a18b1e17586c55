"""A data table that does not fit its shape stops the start, and says which file is wrong."""

from typing import Any

import msgspec
import pytest

from policies import (
    actions,
    calendar,
    clocks,
    codes,
    digest,
    documents,
    escalation,
    invitations,
    limits,
    posting,
    retry,
)
from policies.tables import BadTable, parse, read

SHIPPED = [
    (actions.table, "actions"),
    (calendar.calendar, "calendar"),
    (clocks.history, "clocks"),
    (codes.reasons, "reasons"),
    (codes.purposes, "purposes"),
    (codes.needs, "needs"),
    (digest.rules, "digest"),
    (documents.rules, "documents"),
    (escalation.ladders, "ladders"),
    (invitations.rules, "invitations"),
    (limits.limits, "limits"),
    (posting.rules, "posting"),
    (retry.rules, "retry"),
]


@pytest.mark.parametrize(("load", "name"), SHIPPED, ids=[name for _, name in SHIPPED])
def test_every_shipped_table_fits_its_shape_and_is_read_once(load: Any, name: str) -> None:
    assert load() is load()
    assert load() == read(name, type(load()))


SPAN = "{ standard = 2, enhanced = 1, label = 'x' }"
ALL_CLOCKS = "\n".join(f"clocks.{clock} = {SPAN}" for clock in clocks.Clock)
HOURS = "zone = 'Europe/London'\nopens = 10:00:00\n"
DIGEST = "half_day = 13:00:00\n"
ROWS = "title = 't'\ncodes = "
RUNG = "key = 'k', trigger = 'at_once', audience = ['owner'], urgency = 0"

BROKEN: list[tuple[str, type[Any], str, str]] = [
    ("no TOML at all", codes.CodeList, "title = ", "Invalid value"),
    ("an unknown field", codes.CodeList, "title = 't'\ncodes = []\nmore = 1", "unknown field"),
    ("a missing field", codes.CodeList, "title = 't'", "codes"),
    ("a code below 0", codes.CodeList, ROWS + "[{code = -1, key = 'k', label = 'l'}]", "0..255"),
    ("a code above 255", codes.CodeList, ROWS + "[{code = 256, key = 'k', label = 'l'}]", "0..255"),
    ("a key with a capital", codes.CodeList, ROWS + "[{code = 1, key = 'Key', label = 'l'}]", "lower"),
    ("a key with a space", codes.CodeList, ROWS + "[{code = 1, key = 'a b', label = 'l'}]", "lower"),
    (
        "a code twice",
        codes.CodeList,
        ROWS + "[{code = 1, key = 'a', label = 'l'}, {code = 1, key = 'b', label = 'l'}]",
        "differ",
    ),
    (
        "a key twice",
        codes.CodeList,
        ROWS + "[{code = 1, key = 'a', label = 'l'}, {code = 2, key = 'a', label = 'l'}]",
        "differ",
    ),
    (
        "an unknown zone",
        calendar.Calendar,
        "zone = 'Europe/Nowhere'\nopens = 10:00:00\ncloses = 18:00:00\nweekdays = [1]",
        "zone",
    ),
    (
        "a zone that is a path",
        calendar.Calendar,
        "zone = '../x'\nopens = 10:00:00\ncloses = 18:00:00\nweekdays = [1]",
        "zone",
    ),
    ("no working weekday", calendar.Calendar, HOURS + "closes = 18:00:00\nweekdays = []", "weekdays"),
    ("an eighth weekday", calendar.Calendar, HOURS + "closes = 18:00:00\nweekdays = [8]", "weekdays"),
    ("closing before opening", calendar.Calendar, HOURS + "closes = 09:00:00\nweekdays = [1]", "close after"),
    (
        "a half day that never opens",
        calendar.Calendar,
        HOURS + "closes = 18:00:00\nweekdays = [1]\nearly_closing = [{day = 2026-12-24, closes = 10:00:00}]",
        "close after",
    ),
    (
        "a half day twice",
        calendar.Calendar,
        HOURS
        + "closes = 18:00:00\nweekdays = [1]\nearly_closing = ["
        + "{day = 2026-12-24, closes = 12:00:00}, {day = 2026-12-24, closes = 13:00:00}]",
        "differ",
    ),
    (
        "enhanced rights that wait longer",
        clocks.Span,
        "standard = 1\nenhanced = 2\nlabel = 'x'",
        "longer wait",
    ),
    ("a clock of no days", clocks.Span, "standard = 1\nenhanced = 0\nlabel = 'x'", "longer wait"),
    (
        "a version without its clocks",
        clocks.ClockVersion,
        "version = 1\nvalid_from = 2021-04-01\nclocks = {}",
        "every",
    ),
    ("no version at all", clocks.ClockHistory, "version = []", "rise"),
    (
        "versions that do not rise",
        clocks.ClockHistory,
        f"[[version]]\nversion = 2\nvalid_from = 2021-04-01\n{ALL_CLOCKS}\n"
        f"[[version]]\nversion = 1\nvalid_from = 2022-04-01\n{ALL_CLOCKS}",
        "rise",
    ),
    (
        "versions in force in the wrong order",
        clocks.ClockHistory,
        f"[[version]]\nversion = 1\nvalid_from = 2022-04-01\n{ALL_CLOCKS}\n"
        f"[[version]]\nversion = 2\nvalid_from = 2022-04-01\n{ALL_CLOCKS}",
        "rise",
    ),
    (
        "a rung nobody is told of",
        escalation.Rung,
        "number = 1\nkey = 'k'\ntrigger = 'at_once'\nurgency = 0\naudience = []",
        "audience",
    ),
    (
        "a rung of negative days",
        escalation.Rung,
        "number = 1\nkey = 'k'\ntrigger = 'after_due'\nurgency = 0\naudience = ['owner']\ndays = -1",
        "negative",
    ),
    ("an empty ladder", escalation.Ladder, "rung = []", "upwards"),
    ("a rung numbered 0", escalation.Ladder, f"rung = [{{ number = 0, {RUNG} }}]", "upwards"),
    (
        "rungs out of order",
        escalation.Ladder,
        f"rung = [{{ number = 2, {RUNG} }}, {{ number = 1, {RUNG} }}]",
        "upwards",
    ),
    (
        "a rung twice",
        escalation.Ladder,
        f"rung = [{{ number = 1, {RUNG} }}, {{ number = 1, {RUNG} }}]",
        "upwards",
    ),
    (
        "gathering below nothing",
        digest.DigestRules,
        DIGEST + "gather_minutes = -1\nrest_minutes = 0",
        "negative",
    ),
    (
        "a rest shorter than gathering",
        digest.DigestRules,
        DIGEST + "gather_minutes = 5\nrest_minutes = 1",
        "shorter",
    ),
    ("a bound of 0", limits.Rate, "count = 0\nseconds = 1", "at least 1"),
    ("a negative bound", limits.Rate, "count = 1\nseconds = -1", "at least 1"),
    (
        "an invitation that never stands",
        invitations.InvitationRules,
        "expires_after_working_days = 0\noffers_max = 1\nagain_after = {}",
        "stands",
    ),
    (
        "an invitation that may never be offered",
        invitations.InvitationRules,
        "expires_after_working_days = 1\noffers_max = 0\nagain_after = {}",
        "offered",
    ),
    (
        "an unknown reason to ask again",
        invitations.InvitationRules,
        "expires_after_working_days = 1\noffers_max = 1\nagain_after = { boredom = 1 }",
        "reasons",
    ),
    (
        "asking again before the answer",
        invitations.InvitationRules,
        "expires_after_working_days = 1\noffers_max = 1\nagain_after = { no_capacity = -1 }",
        "negative",
    ),
    ("an action without states", actions.ActionTable, "states = []\nmoves = []", "known ones"),
    (
        "an ending both accepted and refused",
        documents.DocumentRules,
        "accepted = [{media = 'a/b', label = 'l', extensions = ['x'], detected = ['a/b']}]\n"
        "refused = [{code = 'c', say = 's', extensions = ['x'], detected = []}]\n"
        "containers = {macros = [], entries_max = 1}",
        "differ",
    ),
    (
        "bytes both accepted and refused",
        documents.DocumentRules,
        "accepted = [{media = 'a/b', label = 'l', extensions = ['x'], detected = ['a/b']}]\n"
        "refused = [{code = 'c', say = 's', extensions = ['y'], detected = ['a/b']}]\n"
        "containers = {macros = [], entries_max = 1}",
        "accepted as well",
    ),
]


@pytest.mark.parametrize(
    ("shape", "text", "says"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_table_is_refused_for(shape: type[Any], text: str, says: str) -> None:
    with pytest.raises(BadTable, match=says) as refusal:
        parse("planted", text, shape)
    assert "planted.toml" in str(refusal.value)


@pytest.mark.parametrize(("section", "field", "value"), [("documents", "sealed_max", 1)])
def test_limits_that_contradict_each_other_are_refused(section: str, field: str, value: int) -> None:
    shipped = limits.limits()
    changed = msgspec.structs.replace(getattr(shipped, section), **{field: value})
    with pytest.raises(ValueError, match=field):
        msgspec.structs.replace(shipped, **{section: changed}).__post_init__()
