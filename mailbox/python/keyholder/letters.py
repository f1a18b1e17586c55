"""Letters: what is said to an organisation outside any circle, a referral above all.

Ours are signed by a worker and sealed to the receiver's newest key. A received one is shown with its sender
only when the signature holds and the sender was accredited and in office when it arrived; an unsigned one
says so plainly. What adds to a letter, or takes it back, counts only by that letter's own reply key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from msgspec.structs import replace

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack, unpack
from crypto.entries import body_hash
from crypto.errors import CryptoError, Forged
from crypto.letters import (
    BY_REPLY_KEY,
    Letter,
    LetterHeader,
    LetterKind,
    header_id,
    read_letter,
    sign_letter,
    verify_reply,
    verify_sender,
)
from crypto.organisation import box_hash
from crypto.private import boxes, content
from crypto.private.bodies import Asked
from crypto.statements import Act, Object, ObjectKind
from keyholder import answers
from keyholder.alarms import Alarm, Kind
from keyholder.desk import Desk
from keyholder.errors import CannotOpen, CannotSend, Refused
from policies.limits import limits


@dataclass(frozen=True, slots=True)
class LetterView:
    """An opened letter. ``sender`` is empty when nobody signed: then anybody may have written it.
    ``received_at`` is what the hub says. ``left``: the sender is not in office or not accredited any more,
    so that only the hub's word says they still were. ``follows``: the hash of the letter that this one
    adds to or takes back, by the same hand; empty otherwise."""

    letter: bytes
    kind: int
    sender: bytes
    sender_name: str
    sender_kind: OrganisationKind | None
    author: str
    title: str
    text: str
    sent_at: int
    received_at: int
    hash: bytes
    left: bool
    follows: bytes

    @property
    def verified(self) -> bool:
        """Whether an accredited sender signed."""
        return bool(self.sender)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A letter to the own organisation as the hub gave it out, whole but not judged yet."""

    answer: answers.LetterFetched
    shown: Letter
    header: LetterHeader

    @property
    def moment(self) -> int:
        """When it counts: the later of its own time and when it was received."""
        return max(self.header.sent_at, self.answer.received_at)


class Letters:
    """The letters of the own organisation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(
        self,
        organisation: bytes,
        text: str,
        title: str = "",
        kind: LetterKind = LetterKind.REFERRAL,
        in_reply_to: bytes = b"",
    ) -> bytes:
        """Write to an accredited organisation, signed. Returns the letter's id."""
        desk, me = self._desk, self._desk.me
        if kind in BY_REPLY_KEY:
            raise CannotSend("Only whoever wrote an unsigned letter adds to it or takes it back.")
        await desk.directory.know([organisation, me.organisation], 0)
        if desk.directory.standing(organisation, desk.clock()) is None:
            raise CannotSend("That organisation is not accredited at present.")
        letter, key = os.urandom(16), os.urandom(32)
        generation = desk.directory.organisation(organisation).generation
        info = boxes.letter_info(letter, organisation, generation.number, generation.key_hash, me.worker)
        box = boxes.seal(generation.box_key, key, info)
        header = LetterHeader(
            1,
            letter,
            kind,
            organisation,
            generation.number,
            generation.key_hash,
            in_reply_to,
            me.worker,
            me.organisation,
            desk.directory.organisation(me.organisation).head,
            desk.clock(),
            b"",
            box_hash(box),
            b"",
        )
        plain = content.pad(pack(Asked(1, me.name, title, text)))
        sealed = content.seal(key, content.letter_context(header_id(header)), plain)
        signed = sign_letter(replace(header, sealed_hash=body_hash(sealed)), me.secret.signing)
        body = {"header": signed.header, "signature": signed.signature, "box": box, "body": sealed}
        await desk.connection.post("/v1/letters", body, answers.LetterSent, again=True)
        return letter

    async def waiting(self, after: str | int | None = None) -> answers.Page[answers.LetterRow]:
        """The letters to the own organisation."""
        return await self._desk.connection.get("/v1/letters", answers.Page[answers.LetterRow], after=after)

    async def open(self, letter: bytes) -> LetterView:
        """State it, fetch it, check its sender, open it.

        Raises:
            Alarm: it is not what was sent, or its sender is not who it names. CannotOpen.
        """
        fetched = await self._fetch(letter)
        follows = b""
        try:
            self._check_times(fetched)
            if fetched.header.worker:
                await self._check_sender(fetched)
            elif fetched.header.kind in BY_REPLY_KEY:
                follows = await self._check_reply(fetched)
            elif fetched.header.kind != LetterKind.REFERRAL or fetched.shown.signature:
                raise Forged("without an account only a referral is written")
        except CryptoError as error:
            raise self._forged(fetched.answer) from error
        words = await self._words(fetched.header, fetched.answer)
        self._remember(fetched)
        return self._view(fetched, words, follows)

    async def _fetch(self, letter: bytes) -> _Fetched:
        desk = self._desk
        signed = desk.state_that(Act.FETCHED, [Object(ObjectKind.LETTER, letter, 0, 0)])
        body = {"statement": {"payload": signed.payload, "signature": signed.signature}}
        path = f"/v1/letters/{letter.hex()}/fetch"
        answer = await desk.connection.post(path, body, answers.LetterFetched)
        desk.log.heard(answer, [signed])
        shown = Letter(answer.header, answer.signature)
        try:
            header = read_letter(shown, answer.box, answer.body)
            if (header.letter, header.receiver) != (letter, desk.me.organisation):
                raise Forged
            if desk.state.read(_place(letter)) not in (None, shown.hash):
                raise Forged("another letter went by that id before")
        except CryptoError as error:
            raise self._forged(answer) from error
        return _Fetched(answer, shown, header)

    def _forged(self, answer: answers.LetterFetched) -> Alarm:
        return self._desk.keeper.alarm(
            Kind.SENDER_FORGED, header=answer.header, signature=answer.signature, body=answer.body
        )

    def _remember(self, fetched: _Fetched) -> None:
        """Whose reply key may add to this letter is settled when it is first opened on this device."""
        if fetched.header.reply_key:
            self._desk.state.write(_place(fetched.header.letter), fetched.shown.hash)

    def _check_times(self, fetched: _Fetched) -> None:
        received_at, skew = fetched.answer.received_at, limits().entries.clock_skew_ms
        if received_at > self._desk.clock() + skew:
            raise self._desk.keeper.alarm(Kind.TIME_MOVED, header=fetched.answer.header)
        if fetched.header.sent_at > received_at + skew:
            raise Forged("it was sent after it arrived")

    async def _check_reply(self, fetched: _Fetched) -> bytes:
        """The hash of the letter it follows, which must be in the hub's keeping and of the same hand."""
        header = fetched.header
        if not header.in_reply_to or not fetched.shown.signature:
            raise Forged("nobody's reply key has signed it")
        try:
            first = await self._fetch(header.in_reply_to)
        except Refused as refused:
            raise Forged("the letter that it follows is not there") from refused
        if first.header.worker or first.header.kind != LetterKind.REFERRAL:
            raise Forged("it follows no unsigned referral")
        verify_reply(fetched.shown, header, first.header)
        return first.shown.hash

    async def _check_sender(self, fetched: _Fetched) -> None:
        header, directory = fetched.header, self._desk.directory
        await directory.know([header.organisation])
        if header.organisation_head not in directory.organisation(header.organisation).heads:
            await directory.know([header.organisation], 0)
        sender = directory.organisation(header.organisation)
        verify_sender(fetched.shown, header, sender, fetched.moment)
        if directory.standing(header.organisation, fetched.moment) is None:
            raise Forged("the sender was not accredited")

    async def _words(self, header: LetterHeader, answer: answers.LetterFetched) -> Asked:
        secret = await self._desk.keys.secret(header.generation)
        info = boxes.letter_info(
            header.letter, header.receiver, header.generation, header.key_hash, header.worker
        )
        try:
            key = secret.box.open(answer.box, info)
            padded = content.open_(key, content.letter_context(header_id(header)), answer.body)
            return unpack(Asked, content.unpad(padded))
        except CryptoError as error:
            raise CannotOpen from error

    def _has_left(self, header: LetterHeader) -> bool:
        directory = self._desk.directory
        return bool(header.worker) and (
            header.worker not in directory.organisation(header.organisation).members
            or directory.standing(header.organisation, self._desk.clock()) is None
        )

    def _view(self, fetched: _Fetched, words: Asked, follows: bytes) -> LetterView:
        directory, header, sender = self._desk.directory, fetched.header, fetched.header.organisation
        standing = directory.standing(sender, fetched.moment) if sender else None
        return LetterView(
            header.letter,
            header.kind,
            sender,
            directory.legal_name(sender) if sender else "",
            OrganisationKind(standing[1].kind) if standing else None,
            words.author,
            words.title,
            words.text,
            header.sent_at,
            fetched.answer.received_at,
            fetched.shown.hash,
            self._has_left(header),
            follows,
        )


def _place(letter: bytes) -> str:
    """Where this device keeps which letter it was."""
    return f"letter-{letter.hex()}"
