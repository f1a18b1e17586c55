"""One circle, as the command line and other programs use it. Every call verifies what is new first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from crypto.circle import Circle
from crypto.entries import Receipt
from crypto.log import Log
from crypto.private.bodies import Asked, Need
from keyholder import answers, membership
from keyholder.actions import Actions
from keyholder.desk import Desk
from keyholder.documents import Documents
from keyholder.epochs import EpochKeys
from keyholder.errors import CannotSend, NotReady
from keyholder.fetching import fetch
from keyholder.freshness import FreshEpoch, SpokenMeanwhile
from keyholder.logbook import Logbook
from keyholder.opening import BodyOpener, Item
from keyholder.readers import Readers
from keyholder.rekeying import new_epoch
from keyholder.sealing import TRIES, Sealer
from keyholder.thread import Thread, asked_of, described
from keyholder.writing import Position, Writing
from policies.calendar import calendar
from policies.clocks import Clock, due_time, in_force

History = Literal["none", "all"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the own organisation is asked, and until when."""

    hash: bytes
    seq: int
    due: int
    asked: Asked


class CircleView:
    """A circle. Nothing is fetched before the first call."""

    def __init__(self, desk: Desk, circle: bytes) -> None:
        self.id, self._desk = circle, desk
        self.book = Logbook(desk, circle)
        self.keys = EpochKeys(self.book)
        self.sealer = Sealer(self.book, self.keys)
        self._opener = BodyOpener(self.book, self.keys)
        self.thread = Thread(self.book, self.keys, self.sealer, self._opener)
        self._fresh = FreshEpoch(self.book, self._opener, self.thread)
        self._actions = Actions(self.book, self.sealer, self.thread)
        self._documents = Documents(self.book, self.keys, self.sealer, self.thread)
        self.post = self.thread.post
        self.read = self.thread.read
        self.readers = Readers(self.book).all
        self.actions = self._actions.all
        self.propose = self._actions.propose
        self.move = self._actions.move
        self.documents = self._documents.all
        self.attach = self._documents.attach
        self.fetch = self._documents.fetch

    async def open_served(self, seq: int, sealed: bytes | None, boxes: Iterable[bytes]) -> Item:
        """One verified entry's body, from bytes that were released together with a list."""
        return await self._opener.item(self.book.at(seq), sealed, boxes)

    async def sync(self) -> Log:
        """Verify everything that is new."""
        return await self.book.sync()

    async def people(self) -> Circle:
        """Who is in the circle, as its verified history says."""
        await self.book.sync()
        return self.book.circle

    async def about(self) -> tuple[str, str, str, str]:
        """Title, reference, safe contact, contact person."""
        await self.book.sync()
        found = await self.thread.about()
        return found.title, found.reference, found.safe_contact, found.contact_person

    async def describe(
        self, title: str, reference: str = "", safe_contact: str = "", contact_person: str = ""
    ) -> Receipt:
        """Say what the circle is called, and how to reach the victim safely."""
        name = self._desk.me.name
        return await self.thread.describe(described(name, title, reference, safe_contact, contact_person))

    async def plan(self, summary: str, needs: Iterable[Need] = ()) -> Receipt:
        """Write the care plan, whole."""
        return await self.thread.plan(summary, needs)

    async def invite(
        self,
        organisation: bytes,
        text: str,
        due: int | None = None,
        history: History = "none",
        title: str = "",
    ) -> Receipt:
        """Ask an organisation in. ``due`` defaults to the invitation clock; ``history`` says whether it may
        read what was said before."""
        await self._desk.directory.know([organisation], 0)
        answer_by = due or self._answer_by()

        async def write(position: Position) -> Writing:
            if history == "none" and not await self._fresh.holds():
                raise SpokenMeanwhile
            epochs = range(1, position.circle.epoch.number) if history == "all" else ()
            await self._open_epochs(epochs)
            held = [epoch for epoch in epochs if self.keys.get(epoch) is not None]
            return await membership.invite(position, organisation, title, text, answer_by, held)

        for _ in range(TRIES):
            if history == "none":
                await self._fresh_epoch()
            try:
                return await self.sealer.post(write)
            except SpokenMeanwhile:
                continue
        raise CannotSend("Too many people are writing here at once. Try again in a moment.")

    async def invitation(self) -> Invitation:
        """What the own organisation is asked. Raises NotReady when nothing waits."""
        await self.book.sync()
        waiting = self.book.circle.pending.get(self._desk.me.organisation)
        if waiting is None:
            raise NotReady("No invitation waits for your organisation here.")
        seq = self.book.places[waiting.hash]
        item = await self.thread.open_one(seq)
        if item.alarm is not None:
            raise item.alarm
        return Invitation(waiting.hash, seq, waiting.answer_due, asked_of(item))

    async def accept(self, text: str = "") -> Receipt:
        """Join, or take over a circle that was handed to the own organisation."""
        return await self._answer(text, 0)

    async def decline(self, reason: int, text: str = "") -> Receipt:
        """Do not join. ``reason`` is a code of policies' list."""
        return await self._answer(text, reason)

    async def grant(
        self,
        organisation: bytes,
        epochs: Literal["all"] | Sequence[int] | None = None,
        entries: Sequence[int] = (),
    ) -> Receipt:
        """Give a member history: parts of it, or single entries by seq."""

        async def write(position: Position) -> Writing:
            every = range(1, position.circle.epoch.number + 1)
            whole = list(every if epochs == "all" else (epochs or ()))
            single = {self.book.at(seq).header.epoch for seq in entries}
            await self._open_epochs({*whole, *single})
            return membership.grant(position, organisation, whole, entries)

        return await self.sealer.post(write)

    async def rekey(self, reason: int = 0) -> Receipt:
        """Give everyone here a new key."""
        return await self._remove((), reason)

    async def remove(self, organisation: bytes, reason: int, text: str = "") -> Receipt:
        """Take a member or an invited organisation out: from here on it opens nothing new."""
        return await self._remove((organisation,), reason, text)

    async def leave(self, reason: int, text: str = "") -> Receipt:
        """The own organisation leaves."""
        return await self._remove((self._desk.me.organisation,), reason, text)

    async def close(self, reason: int, text: str = "") -> Receipt:
        """Support here has ended."""
        return await self._control(lambda position: membership.close(position, reason, text))

    async def reopen(self, reason: int, text: str = "") -> Receipt:
        """It goes on."""
        return await self._control(lambda position: membership.reopen(position, reason, text))

    async def erase(self, seq: int, reason: int) -> Receipt:
        """Erase the content of one entry; its place in the history stays."""
        return await self._control(lambda position: membership.erase(position, seq, reason))

    async def hold(self, number: bytes, on: bool, reason: int = 0) -> Receipt:
        """Nothing here may be erased while a hold is on."""
        return await self._control(lambda position: membership.hold(position, number, on, reason))

    async def hand_over(self, organisation: bytes, text: str = "") -> Receipt:
        """Offer the circle to another member, who takes it by ``accept``."""
        return await self._control(lambda position: membership.hand_over(position, organisation, text))

    async def assign(self, worker: bytes, on: bool = True) -> None:
        """Put a colleague on this circle, or take them off."""
        path = f"/v1/circles/{self.id.hex()}/assignments/{worker.hex()}"
        await self._desk.connection.put(path, {"on": on}, answers.Nothing)

    async def assigned(self) -> list[answers.AssignmentRow]:
        """The colleagues who work on this circle."""
        path = f"/v1/circles/{self.id.hex()}/assignments"
        page = await self._desk.connection.get(path, answers.Page[answers.AssignmentRow])
        return list(page.items)

    async def _control(self, make: Callable[[Position], Writing]) -> Receipt:
        async def write(position: Position) -> Writing:
            return make(position)

        return await self.sealer.post(write)

    async def _remove(self, removed: Sequence[bytes], reason: int, text: str = "") -> Receipt:
        async def write(position: Position) -> Writing:
            return new_epoch(position, removed, reason, text)

        return await self.sealer.post(write, settle=False)

    async def _answer(self, text: str, reason: int) -> Receipt:
        await self.book.sync()
        offered = self.book.circle.handover
        if offered is not None and offered[1] == self._desk.me.organisation:
            return await self._control(lambda p: membership.answer(p, offered[0], None, text, reason))
        asked = await self.invitation()
        own = await self._opener.own_key(self.book.at(asked.seq), ())
        if own is None:
            raise CannotSend("The invitation could not be opened here.")

        async def write(position: Position) -> Writing:
            return membership.answer(position, asked.hash, own, text, reason)

        return await self.sealer.post(write, outside=True)

    async def _open_epochs(self, epochs: Iterable[int]) -> None:
        wanted = self.keys.missing(epochs)
        if wanted:
            await fetch(self.book, self.keys, epochs=wanted)

    async def _fresh_epoch(self) -> None:
        """A joiner is given the key in force; so that it opens nothing said before, there is a new one, and
        the circle's name is said again under it."""
        await self.book.sync()
        if await self._fresh.holds():
            return
        about = await self.thread.about()
        if not await self._fresh.is_unused():
            await self.rekey()
        await self.thread.describe(about)

    def _answer_by(self) -> int:
        now, days = self._desk.clock(), calendar()
        clocks = in_force(now, days)
        return due_time(clocks, Clock.INVITATION, now, enhanced=False, calendar=days)
