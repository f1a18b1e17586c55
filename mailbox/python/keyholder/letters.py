"""Letters: what is said to an organisation outside any circle, a referral above all.

Ours are signed by a worker and sealed to the receiver's newest key. A received one is shown with its sender
only when the signature holds and the sender is accredited; an unsigned one says so plainly.
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
    Letter,
    LetterHeader,
    LetterKind,
    header_id,
    read_letter,
    sign_letter,
    verify_sender,
)
from crypto.organisation import box_hash
from crypto.private import boxes, content
from crypto.private.bodies import Asked
from crypto.statements import Act, Object, ObjectKind
from keyholder import answers
from keyholder.alarms import Kind
from keyholder.desk import Desk
from keyholder.errors import CannotOpen, CannotSend


@dataclass(frozen=True, slots=True)
class LetterView:
    """An opened letter. ``sender`` is empty when nobody signed: then anybody may have written it."""

    letter: bytes
    kind: int
    sender: bytes
    sender_name: str
    sender_kind: OrganisationKind | None
    author: str
    title: str
    text: str
    sent_at: int
    hash: bytes

    @property
    def verified(self) -> bool:
        """Whether an accredited sender signed."""
        return bool(self.sender)


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
            await self._check_sender(shown, header)
        except CryptoError as error:
            raise desk.keeper.alarm(
                Kind.SENDER_FORGED, header=answer.header, signature=answer.signature, body=answer.body
            ) from error
        return self._view(shown, header, await self._words(header, answer))

    async def _check_sender(self, letter: Letter, header: LetterHeader) -> None:
        if not header.worker:
            return
        directory = self._desk.directory
        await directory.know([header.organisation])
        if header.organisation_head not in directory.organisation(header.organisation).heads:
            await directory.know([header.organisation], 0)
        verify_sender(letter, header, directory.organisation(header.organisation))
        if directory.standing(header.organisation, header.sent_at) is None:
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

    def _view(self, letter: Letter, header: LetterHeader, words: Asked) -> LetterView:
        directory, sender = self._desk.directory, header.organisation
        standing = directory.standing(sender, header.sent_at) if sender else None
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
            letter.hash,
        )
