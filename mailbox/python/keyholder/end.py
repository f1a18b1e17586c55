"""One signed-in worker: the door to everything else. What programs, the demo and load tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from crypto.accreditation import OrganisationKind
from crypto.errors import CryptoError
from crypto.letters import LetterKind
from crypto.organisation import Role
from crypto.private import words as word_list
from crypto.private.bodies import Need
from crypto.private.secrets import SignInKeys
from crypto.statements import SignedStatement
from keyholder import answers, membership
from keyholder.accesslog import LogReport
from keyholder.alarms import Kind
from keyholder.authority import Trust
from keyholder.caseload import Caseload
from keyholder.circle import CircleView
from keyholder.circles import CirclePage, CircleRow, Circles
from keyholder.clock import now
from keyholder.connection import Connection
from keyholder.desk import Desk
from keyholder.errors import NotReady
from keyholder.letters import Letters, LetterView
from keyholder.links import Followed, follow
from keyholder.live import Wake, wakes
from keyholder.names import keep_name
from keyholder.session import end_session, sign_in, unlock
from keyholder.team import Team
from keyholder.thread import described, said_by

__all__ = ["CirclePage", "CircleRow", "End", "Need", "Partner"]


@dataclass(frozen=True, slots=True)
class Partner:
    """An accredited organisation, verified here."""

    organisation: bytes
    legal_name: str
    domain: str
    kind: OrganisationKind


class End:
    """A worker at work. Use ``End.sign_in``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._views: dict[bytes, CircleView] = {}
        self._circles = Circles(desk, self.circle)
        self._letters = Letters(desk)
        self.team = Team(desk)
        self.caseload = Caseload(desk)

    @classmethod
    async def sign_in(
        cls,
        connection: Connection,
        trust: Trust,
        address: str,
        words: str,
        *,
        name: str = "",
        folder: Path | None = None,
        clock: Callable[[], int] = now,
        expect: bytes | None = None,
        of: bytes | None = None,
        device: bytes | None = None,
        code: str | None = None,
    ) -> End:
        """Sign in over ``connection``, which is this worker's alone from now on.

        ``folder``: where this device keeps what it verified; None on a shared device. ``name``: what others
        read beside what this worker writes. ``expect`` and ``of``: the worker's and their organisation's
        id, when they are known. ``device``: by what the hub knows this device again (``devices.token``);
        ``code``: from the mail that leaves when it does not (CodeNeeded).
        """
        desk = await sign_in(connection, trust, address, words, name, folder, clock, expect, of, device, code)
        return cls(desk)

    async def __aenter__(self) -> End:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sign_out()

    @property
    def desk(self) -> Desk:
        """Everything at hand, for rooms beside these."""
        return self._desk

    @property
    def worker(self) -> bytes:
        """This worker's id."""
        return self._desk.me.worker

    @property
    def organisation(self) -> bytes:
        """Their organisation's id."""
        return self._desk.me.organisation

    @property
    def address(self) -> str:
        """Their sign-in name."""
        return self._desk.me.address

    @property
    def role(self) -> str:
        """Their role, as the organisation's signed records have it."""
        return Role(self._desk.member.role).name.lower()

    @property
    def legal_name(self) -> str:
        """Their organisation's name, as the authority vouches for it; empty before it does."""
        return self.legal_name_of(self.organisation)

    @property
    def accredited(self) -> bool:
        """Whether the authority has ever vouched for this organisation, as it began."""
        return self._desk.directory.vouched(self.organisation)

    def legal_name_of(self, organisation: bytes) -> str:
        """An organisation's name, of those this end has verified."""
        return self._desk.directory.legal_name(organisation)

    async def sync(self) -> LogReport:
        """Look at the authority, the own organisation and the access log, and keep what was verified."""
        desk = self._desk
        await desk.authority.refresh(desk.connection, desk.pins.root)
        desk.pins.pin_root(desk.authority.root.number, desk.authority.trust.digest)
        await desk.directory.know([self.organisation], 0)
        report = await desk.log.check()
        await desk.pins.save(desk.connection)
        return report

    async def sign_out(self) -> None:
        """Keep what was verified and what is still to be proved, end the session, forget the keys."""
        try:
            self._desk.log.keep()
            await self._desk.pins.save(self._desk.connection)
        finally:
            await end_session(self._desk.connection)
            await self._desk.connection.close()

    async def directory(self, after: bytes | None = None, limit: int = 100) -> list[Partner]:
        """Accredited organisations after ``after``, by ids; each was verified here."""
        directory = self._desk.directory
        page = await directory.page(after, limit)
        await directory.know(row.organisation for row in page.items)
        found = []
        for row in page.items:
            standing = directory.standing(row.organisation, self._desk.clock())
            if standing is not None:
                said = standing[1]
                kind = OrganisationKind(said.kind)
                found.append(Partner(row.organisation, said.legal_name, said.domain, kind))
        return found

    async def circles(self, *, after: str | None = None, limit: int = 50, names: bool = True) -> CirclePage:
        """The own organisation's circles, latest activity first."""
        return await self._circles.page(after, limit, names)

    async def open_circle(
        self, title: str, reference: str = "", safe_contact: str = "", contact_person: str = ""
    ) -> CircleView:
        """Open a support circle that the own organisation owns."""
        desk = self._desk
        await desk.directory.know([self.organisation], 0)
        about = described(desk.me.name, title, reference, safe_contact, contact_person)
        made = membership.opening(desk, about)
        view = self.circle(made.circle)
        await desk.connection.post(
            f"/v1/circles/{made.circle.hex()}/entries", made.request, answers.Receipt, again=True
        )
        await view.sync()
        if view.book.at(1).placed.hash != made.entry_hash:
            raise NotReady("The circle was not opened. Try again.")
        view.keys.keep(1, made.epoch_key)
        return view

    def circle(self, circle: bytes) -> CircleView:
        """One circle; nothing is fetched yet."""
        if circle not in self._views:
            self._views[circle] = CircleView(self._desk, circle)
        return self._views[circle]

    async def actions(
        self, scope: str = "mine", state: str = "open", after: str | int | None = None, limit: int = 50
    ) -> answers.Page[answers.ActionRow]:
        """Actions by due time, as the hub lists them; a circle's own ``actions`` are the verified ones."""
        kind = answers.Page[answers.ActionRow]
        return await self._desk.connection.get(
            "/v1/actions", kind, scope=scope, state=state, after=after, limit=limit
        )

    async def today(self) -> answers.Today:
        """What there is to do today, as the hub lists it."""
        return await self._desk.connection.get("/v1/today", answers.Today)

    async def refer(
        self,
        organisation: bytes,
        text: str,
        title: str = "",
        kind: LetterKind = LetterKind.REFERRAL,
        in_reply_to: bytes = b"",
    ) -> bytes:
        """Send a signed letter. Returns its id."""
        return await self._letters.send(organisation, text, title, kind, in_reply_to)

    async def letters(self, after: str | int | None = None) -> answers.Page[answers.LetterRow]:
        """The letters to the own organisation."""
        return await self._letters.waiting(after)

    async def open_letter(self, letter: bytes) -> LetterView:
        """Open one of them."""
        return await self._letters.open(letter)

    async def follow(self, link: str) -> Followed:
        """Where a mail's link leads; that it was followed is recorded now, not before."""
        return await follow(self._desk.connection, link)

    async def replace_words(self, old_words: str, code: str | None = None) -> str:
        """Six new words for the same keys; the old ones open nothing any more. Shown once. They are proved
        as at a sign-in, with the ``code`` from the mail where this device is shared (CodeNeeded)."""
        desk, hub = self._desk, self._desk.authority.root.hub
        other = desk.connection.another()
        try:
            unlocked = await unlock(
                other,
                desk.authority.trust,
                self.address,
                old_words,
                desk.keeper,
                expect=self.worker,
                of=self.organisation,
                device=desk.me.device,
                code=code,
            )
        finally:
            await other.close()
        chosen = word_list.generate()
        keys = SignInKeys.derive(chosen, unlocked.keys.salt)
        version = unlocked.proved.wrap_version + 1
        body = {
            "old_auth": unlocked.keys.auth,
            "salt": keys.salt,
            "auth": keys.auth,
            "wrapped": keys.lock(unlocked.secret, hub, self.organisation, self.worker, self.address, version),
            "wrap_version": version,
        }
        await desk.connection.put("/v1/me/words", body, answers.Nothing, again=False)
        return chosen

    async def keep_name(self) -> None:
        """Let colleagues know this worker by the name that others read beside what they write."""
        await keep_name(self._desk, self._desk.me.name)

    async def log_check(self) -> LogReport:
        """Prove that the access log only grew, and that what one looked at stands in it."""
        return await self._desk.log.check()

    async def log_statements(
        self, after: str | int | None = None, circle: bytes | None = None, worker: bytes | None = None
    ) -> answers.Page[answers.StatementRow]:
        """Who in the own organisation looked at what. For managers and reviewers."""
        return await self._desk.connection.get(
            "/v1/log/statements",
            answers.Page[answers.StatementRow],
            after=after,
            circle=circle.hex() if circle else None,
            worker=worker.hex() if worker else None,
        )

    async def log_verify(self, rows: Iterable[answers.StatementRow]) -> LogReport:
        """Check statements of colleagues: each by its worker's own key, and that it stands in the log.

        Raises:
            Alarm: one is not theirs, or is not in the log.
        """
        desk = self._desk
        chain = desk.directory.organisation(self.organisation)
        for row in rows:
            signed = SignedStatement(row.payload, row.signature)
            try:
                said_by(chain, signed)
            except CryptoError as error:
                raise desk.keeper.alarm(
                    Kind.FORGED, statement=row.payload, signature=row.signature
                ) from error
            desk.log.expect(row.index, row.salt, signed)
        return await desk.log.check()

    def live(self) -> AsyncIterator[Wake]:
        """Wake-ups, for as long as one listens."""
        return wakes(self._desk.connection)
