"""A manager's work in their own organisation: inviting, admitting by spoken words, roles, leavers, keys."""

from __future__ import annotations

import asyncio

from crypto.encoding import Struct, pack
from crypto.errors import Malformed
from crypto.organisation import (
    Admit,
    Event,
    Member,
    Organisation,
    Role,
    RoleChange,
    Rotate,
    WorkerBox,
    box_hash,
)
from crypto.private import words
from crypto.private.secrets import OrganisationSecret
from keyholder import answers
from keyholder.alarms import Kind
from keyholder.desk import Desk
from keyholder.enrolment import post_event, secret_box, sign_event, spoken_words
from keyholder.errors import NotReady, WrongWords
from keyholder.names import name_of

ROLES = {"worker": Role.WORKER, "manager": Role.MANAGER, "reviewer": Role.REVIEWER}
MOST_WAITING = 100
PAGE, PAGES = 100, 20


class Team:
    """The own organisation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._path = f"/v1/organisations/{desk.me.organisation.hex()}"
        self._handed: dict[str, answers.Waiting] = {}

    async def workers(self) -> list[answers.WorkerRow]:
        """Colleagues, as the hub has them."""
        found: list[answers.WorkerRow] = []
        after: str | int | None = None
        for _ in range(PAGES):
            page = await self._desk.connection.get(
                f"{self._path}/workers", answers.Page[answers.WorkerRow], after=after, limit=PAGE
            )
            found += page.items
            if (after := page.next) is None:
                break
        return found

    async def names(self) -> dict[bytes, str]:
        """What colleagues are called, by worker: of those who said so under their own signature."""
        named = {
            row.worker: await name_of(self._desk, row.worker, row.profile_box) for row in await self.workers()
        }
        return {worker: name for worker, name in named.items() if name}

    async def waiting(self) -> list[answers.Waiting]:
        """Who wants to be admitted."""
        page = await self._desk.connection.get(
            f"{self._path}/waiting", answers.Page[answers.Waiting], limit=MOST_WAITING
        )
        return list(page.items)

    async def invite(self, mail: str, role: str = "worker", replaces: bytes | None = None) -> bytes:
        """Have an enrolment link mailed. ``replaces``: new words for that colleague."""
        body = {"mail": mail, "role": role, "worker": replaces}
        made = await self._desk.connection.post(f"{self._path}/invitations", body, answers.Invited)
        return made.invitation

    async def admit(self, spoken: str, role: str, replaces: bytes | None = None) -> bytes:
        """Admit the one person whose keys these five words stand for. Returns their id.

        ``role`` and ``replaces`` are the manager's own decision, never the hub's. Asked for again after
        a lost answer, it is looked whether they are in.

        Raises:
            Alarm: nobody who waits has keys that fit the words.
        """
        try:
            typed = words.normalise(spoken, words.SPOKEN_WORDS)
        except Malformed as error:
            raise WrongWords(str(error)) from None
        waiting = await self.waiting()
        await self._desk.directory.know([self._desk.me.organisation], 0)
        if (before := self._handed.get(typed)) and self._is_in(before):
            return before.worker
        found = await asyncio.to_thread(self._match, typed, waiting)
        if found is None:
            shown = b"".join(row.signing_key for row in waiting)
            raise self._desk.keeper.alarm(Kind.ADMISSION_DIFFERS, shown=shown)
        listed = found.worker in self._chain.members
        if replaces is not None and not (listed and replaces == found.worker):
            raise NotReady("These are not the new words of that colleague. Nobody was admitted.")
        if listed and replaces is None:
            raise NotReady("This would replace a colleague's words. Say whose, if that is meant.")
        self._handed[typed] = found
        await self._admit(Member(found.worker, found.signing_key, found.box_key, ROLES[role]))
        return found.worker

    async def change_role(self, worker: bytes, role: str) -> None:
        """Give a colleague another role."""
        desk = self._desk
        await desk.directory.know([desk.me.organisation], 0)
        event = RoleChange(
            1, self._chain.id, self._chain.head, self._now(), desk.me.worker, worker, ROLES[role]
        )
        await self._post(Event.ROLE, event, {})

    async def rotate(self, removed: list[bytes] | None = None) -> int:
        """New keys for everyone who stays; ``removed`` colleagues get none. Returns the generation."""
        desk = self._desk
        await desk.directory.know([desk.me.organisation], 0)
        chain, gone = self._chain, set(removed or ())
        current = await desk.keys.current()
        secret = OrganisationSecret.generate(chain.generation.number + 1)
        boxes = {
            member.worker: secret_box(secret, chain.id, member)
            for member in chain.members.values()
            if member.worker not in gone
        }
        archive = secret.archive(chain.id, current)
        event = Rotate(
            1,
            chain.id,
            chain.head,
            self._now(),
            desk.me.worker,
            secret.generation,
            secret.box.public,
            box_hash(archive),
            tuple(sorted(gone)),
            tuple(WorkerBox(worker, box_hash(boxes[worker])) for worker in sorted(boxes)),
        )
        await self._post(Event.ROTATE, event, boxes, archive)
        return secret.generation

    @property
    def _chain(self) -> Organisation:
        return self._desk.directory.organisation(self._desk.me.organisation)

    def _now(self) -> int:
        """Events of a chain never run backwards, whatever this device's clock says."""
        return max(self._desk.clock(), self._chain.at)

    def _is_in(self, handed: answers.Waiting) -> bool:
        """Whether an earlier try has let in whom those words stood for."""
        member = self._chain.members.get(handed.worker)
        return member is not None and (member.signing_key, member.box_key) == (
            handed.signing_key,
            handed.box_key,
        )

    def _match(self, typed: str, waiting: list[answers.Waiting]) -> answers.Waiting | None:
        chain = self._chain
        for row in waiting[:MOST_WAITING]:
            spoken = spoken_words(
                self._desk.authority.root.hub,
                row.invitation,
                chain.id,
                chain.genesis,
                row.worker,
                row.address,
                row.signing_key,
                row.box_key,
            )
            if spoken == typed:
                return row
        return None

    async def _admit(self, member: Member) -> None:
        desk, chain = self._desk, self._chain
        secret = await desk.keys.current()
        box = secret_box(secret, chain.id, member)
        event = Admit(
            1,
            chain.id,
            chain.head,
            self._now(),
            desk.me.worker,
            member,
            secret.generation,
            box_hash(box),
        )
        await self._post(Event.ADMIT, event, {member.worker: box})

    async def _post(
        self, kind: Event, event: Struct, boxes: dict[bytes, bytes], archive: bytes | None = None
    ) -> None:
        desk = self._desk
        signed = sign_event(kind, pack(event), desk.me.secret)
        await post_event(desk.connection, self._chain.id, signed, boxes, archive)
        await desk.directory.know([desk.me.organisation], 0)
