"""Code lists: the small numbers that stand for reasons and purposes in signed facts, and their words.

A code is a non-negative integer below 256. Once published it keeps its meaning for good: entries signed
years ago carry it. To stop offering one, mark it `retired`; never delete or reuse it. Sources: DOMAIN
(reasons for declining and closing; purposes, after section 62 of the Data Protection Act 2018).
"""

from functools import cache

from policies.decisions import ALLOWED, Decision, Denied
from policies.tables import Table, read, unique

MAX_CODE = 255


class Code(Table, frozen=True):
    """One row: `code` goes into signed facts, `key` into programs, `label` onto screens."""

    code: int
    key: str
    label: str
    needs_text: bool = False
    """The person must add words, which travel sealed, never in the facts."""
    retired: bool = False
    """Still read in old entries, no longer offered or accepted in new ones."""

    def __post_init__(self) -> None:
        if not 0 <= self.code <= MAX_CODE:
            raise ValueError(f"code {self.code} is not in 0..{MAX_CODE}")
        if not self.key.isidentifier() or self.key != self.key.lower():
            raise ValueError(f"key {self.key!r} is not lower_snake_case")


class CodeList(Table, frozen=True):
    """A named list, looked up both ways. Unknown codes and keys give None: they come from outside."""

    title: str
    codes: tuple[Code, ...]

    def __post_init__(self) -> None:
        unique(f"codes of {self.title!r}", [row.code for row in self.codes])
        unique(f"keys of {self.title!r}", [row.key for row in self.codes])

    def by_code(self, code: int) -> Code | None:
        """The row with this number, retired or not."""
        return next((row for row in self.codes if row.code == code), None)

    def by_key(self, key: str) -> Code | None:
        """The row with this key, retired or not."""
        return next((row for row in self.codes if row.key == key), None)

    def offered(self) -> tuple[Code, ...]:
        """The rows a person may choose from today."""
        return tuple(row for row in self.codes if not row.retired)

    def check(self, code: int | None) -> Decision:
        """May a new entry or statement carry this code?"""
        row = None if code is None else self.by_code(code)
        if row is None or row.retired:
            return Denied("unknown_reason", f"Choose one of the reasons listed under “{self.title}”.")
        return ALLOWED


class Reasons(Table, frozen=True):
    """Every list of reasons (`data/reasons.toml`)."""

    invitation_decline: CodeList
    action_decline: CodeList
    action_cancel: CodeList
    removal: CodeList
    closing: CodeList
    erase: CodeList
    break_glass: CodeList


@cache
def reasons() -> Reasons:
    """The lists of reasons, read once."""
    return read("reasons", Reasons)


@cache
def purposes() -> CodeList:
    """The purposes a statement in the access log may name (`data/purposes.toml`), read once."""
    return read("purposes", CodeList)


@cache
def needs() -> CodeList:
    """The categories of a need in a care plan (`data/needs.toml`), read once."""
    return read("needs", CodeList)
