"""What people call things: the beginning of an id, a reference or a title, as long as only one fits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from keyholder import showing
from keyholder.errors import NotReady

if TYPE_CHECKING:
    from crypto.circle import Circle
    from keyholder.actions import ActionView
    from keyholder.circle import CircleView
    from keyholder.documents import DocumentView
    from keyholder.end import CircleRow, End, Partner
    from policies.codes import Code, CodeList

T = TypeVar("T")
LEAST_HEX = 4
PAGE = 50
MOST_PAGES = 40
_HEX = re.compile(r"[0-9a-f]{4,64}")


class NoSuch(NotReady):
    """Nothing goes by that name here."""

    code = "no-such"


class SeveralSuch(NotReady):
    """More than one thing goes by that name."""

    code = "several-such"


def is_hex(typed: str) -> bool:
    """Could this be the beginning of an id?"""
    return _HEX.fullmatch(typed.lower()) is not None


def one(
    kind: str, typed: str, ids: Callable[[T], bytes], names: Callable[[T], Sequence[str]], among: Iterable[T]
) -> T:
    """The only one of ``among`` that ``typed`` means: by id, by its whole name, or by part of it.

    Raises:
        NoSuch: none. SeveralSuch: more than one.
    """
    every = list(among)
    wanted = " ".join(typed.casefold().split())
    by_id = [each for each in every if is_hex(typed) and ids(each).hex().startswith(typed.lower())]
    whole = [each for each in every if wanted in (name.casefold() for name in names(each) if name)]
    part = (
        [each for each in every if any(wanted in name.casefold() for name in names(each))] if wanted else []
    )
    for found in (by_id, whole, part):
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(f"{showing.short(ids(each))} {' '.join(names(each)[:1])}" for each in found[:5])
            raise SeveralSuch(f"More than one {kind} fits “{typed}”: {shown}. Say more of it.")
    raise NoSuch(f"No {kind} goes by “{typed}” here.")


async def every_circle(end: End, *, names: bool) -> AsyncIterator[CircleRow]:
    """All circles of the caller, page by page; bounded."""
    after = None
    for _ in range(MOST_PAGES):
        page = await end.circles(after=after, limit=PAGE, names=names)
        for row in page.items:
            yield row
        if page.next is None:
            return
        after = page.next


async def circle_named(end: End, typed: str) -> CircleView:
    """The circle that ``typed`` means. Names are opened only when an id does not settle it."""
    if re.fullmatch(r"[0-9a-f]{64}", typed.lower()):
        return end.circle(bytes.fromhex(typed))
    if is_hex(typed):
        rows = [row async for row in every_circle(end, names=False)]
        found = [row for row in rows if row.circle.hex().startswith(typed.lower())]
        if len(found) == 1:
            return end.circle(found[0].circle)
    named = [row async for row in every_circle(end, names=True)]
    row = one("circle", typed, lambda r: r.circle, lambda r: (r.title or "", r.reference or ""), named)
    return end.circle(row.circle)


async def every_partner(end: End) -> list[Partner]:
    """The directory; bounded."""
    found: list[Partner] = []
    for _ in range(MOST_PAGES):
        page = await end.directory(after=found[-1].organisation if found else None, limit=100)
        found += page
        if len(page) < 100:
            break
    return found


async def organisation_named(end: End, typed: str) -> bytes:
    """An accredited organisation, by id, name or domain."""
    partners = await every_partner(end)
    return one(
        "organisation", typed, lambda p: p.organisation, lambda p: (p.legal_name, p.domain), partners
    ).organisation


async def member_named(end: End, circle: Circle, typed: str) -> bytes:
    """An organisation of this circle, invited or in it."""
    everyone = sorted({*circle.members, *circle.pending})
    return one("organisation of this circle", typed, lambda o: o, lambda o: (end.legal_name_of(o),), everyone)


def document_named(documents: Iterable[DocumentView], typed: str) -> DocumentView:
    """A document, by id or name; of several versions the newest."""
    newest: dict[bytes, DocumentView] = {}
    for view in documents:
        if view.document not in newest or view.number > newest[view.document].number:
            newest[view.document] = view
    return one("document", typed, lambda d: d.document, lambda d: (d.name,), newest.values())


def action_named(actions: Iterable[ActionView], typed: str) -> ActionView:
    """An action of one circle, by id or title."""
    return one("action", typed, lambda a: a.action, lambda a: (a.title,), actions)


async def action_anywhere(end: End, typed: str, circle: str) -> tuple[CircleView, bytes]:
    """An action by the beginning of its id, over all circles; by title too when the circle is named."""
    if circle:
        view = await circle_named(end, circle)
        return view, action_named(await view.actions(), typed).action
    found: dict[bytes, bytes] = {}
    for scope in ("organisation", "owned", "mine"):
        after = None
        for _ in range(MOST_PAGES):
            page = await end.actions(scope=scope, state="all", after=after, limit=PAGE)
            found |= {row.action: row.circle for row in page.items}
            if page.next is None:
                break
            after = page.next
    action = one("action", typed, lambda a: a, lambda _: (), found)
    return end.circle(found[action]), action


def code_named(codes: CodeList, typed: str) -> Code:
    """A reason, by its key or its label."""
    offered = codes.offered()
    wanted = typed.strip().casefold()
    for row in offered:
        if wanted in {row.key, row.key.replace("_", "-"), row.label.casefold(), str(row.code)}:
            return row
    raise NoSuch("Choose a reason: " + ", ".join(row.key.replace("_", "-") for row in offered) + ".")
