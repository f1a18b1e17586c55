"""Alarms: what an end refuses because somebody in the middle, or a member, did what they must not.

Each says what happened, what is safe and whom to tell, without a word of cryptography. ``item`` is the
number in PROTOCOL, "What each end must refuse". The offending bytes are kept as evidence: they are what
the hub served, sealed as it served them, never what was inside.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from keyholder.errors import KeyholderError

_TELL_HUB = "Tell your manager and the people who run the hub, by telephone."
_TELL_PARTNER = "Tell your manager and the person who wrote it, by telephone."
_STOPPED = "Nothing was opened and nothing was sent."


@dataclass(frozen=True, slots=True)
class Wording:
    """What one alarm says."""

    item: int
    what: str
    safe: str = _STOPPED
    tell: str = _TELL_HUB


class Kind(Enum):
    """Every alarm. The name in lower case is its code."""

    KEY_SUBSTITUTED = Wording(1, "The hub named a different person or organisation than the one you know.")
    AUTHORITY_CHANGED = Wording(1, "The hub showed an accrediting authority that is not the one you trust.")
    NOT_ACCREDITED = Wording(1, "An organisation here is not accredited by the authority you trust.")
    WITHDRAWAL_WITHHELD = Wording(
        1, "The hub holds back that an organisation's accreditation was withdrawn, as you saw before."
    )
    OWN_KEYS_DIFFER = Wording(2, "Your organisation's records do not show your own sign-in.")
    NOBODY_SIGNED = Wording(3, "Something was shown as decided that nobody entitled has signed.")
    GHOST = Wording(4, "Somebody was given access without it being written down, or the other way round.")
    HISTORY_CHANGED = Wording(5, "The history of this circle is not the one you were shown before.")
    CIRCLE_HIDDEN = Wording(
        5,
        "The hub left out a circle of yours, or its name, that it had shown you before.",
        "Nothing in the other circles is touched by that.",
    )
    HISTORIES_DIFFER = Wording(5, "Somebody in this circle was shown another history than you.")
    CHAIN_CHANGED = Wording(5, "An organisation's records were changed or wound back.")
    PINS_WOUND_BACK = Wording(5, "The hub handed back an old copy of what you had already checked.")
    ACCESS_LOG_CHANGED = Wording(5, "The record of who looked at what was changed or wound back.")
    STATEMENT_MISSING = Wording(
        5, "Something you looked at is missing from the record of who looked at what."
    )
    KEY_MOVED = Wording(7, "A key was put where it does not belong.")
    SIGN_IN_CHANGED = Wording(
        8, "What the hub keeps for your sign-in was changed.", "You were not signed in."
    )
    PROTECTION_LOWERED = Wording(
        9, "The hub asked for weaker protection than this program allows.", "You were not signed in."
    )
    CONTENT_CHANGED = Wording(
        10,
        "The content of this entry was changed after it was written.",
        "It was not opened. Everything else here was checked and holds.",
    )
    BADLY_SEALED = Wording(
        10,
        "The writer of this entry did not seal it properly.",
        "It was not opened. Everything else here was checked and holds.",
        _TELL_PARTNER,
    )
    DOCUMENT_CHANGED = Wording(
        10, "This document was changed after it was shared.", "Nothing of it was kept."
    )
    TIME_MOVED = Wording(
        11,
        "The hub says that something arrived at a time that is still to come.",
        tell="Check the clock of this device. If it is right: " + _TELL_HUB,
    )
    DOCUMENT_DISGUISED = Wording(
        11, "This document is not what it says it is.", "Nothing of it was kept.", _TELL_PARTNER
    )
    REPLAYED = Wording(12, "An entry of another circle was put into this one.")
    FORGED = Wording(13, "An entry is not signed by the person it names.")
    NOT_THEIRS_TO_DO = Wording(13, "Somebody did something here that they may not do.")
    MANGLED = Wording(15, "The hub served something that no honest program writes.")
    LEFT_BEFORE = Wording(17, "An entry was added in the name of somebody who had already left.")
    ADMISSION_DIFFERS = Wording(
        23, "The words do not belong to anyone waiting to join.", "Nobody was admitted.", _TELL_HUB
    )
    BOX_WITHHELD = Wording(25, "The hub holds back a key that your organisation was given.")
    OLD_KEY_USED = Wording(26, "An entry was added under an access that had already ended.")
    WITHHELD_ENTRY = Wording(27, "Entries by one writer are missing or came in another order.")
    SENDER_FORGED = Wording(29, "A referral or request is not signed by the sender it names.")
    BODY_MISSING = Wording(
        30,
        "The content of this entry is gone, and nobody entitled has erased it.",
        "Everything else here was checked and holds.",
    )

    @property
    def code(self) -> str:
        """The stable name for programs."""
        return self.name.lower().replace("_", "-")


class Alarm(KeyholderError):
    """Refused, and somebody must be told."""

    def __init__(self, kind: Kind, material: Mapping[str, bytes], evidence: Path | None) -> None:
        wording = kind.value
        super().__init__(f"{wording.what} {wording.safe} {wording.tell}")
        self.kind, self.code, self.item = kind, kind.code, wording.item
        self.what, self.safe, self.tell = wording.what, wording.safe, wording.tell
        self.material, self.evidence = dict(material), evidence


class EvidenceKeeper:
    """Keeps the offending bytes: in ``folder`` when there is one, else only with the alarm."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def alarm(self, kind: Kind, /, **material: bytes) -> Alarm:
        """An alarm ready to be raised, its evidence kept."""
        return Alarm(kind, material, self._keep(kind, material))

    def _keep(self, kind: Kind, material: Mapping[str, bytes]) -> Path | None:
        if self._folder is None:
            return None
        record = {name: base64.b64encode(data).decode() for name, data in material.items()}
        text = json.dumps({"alarm": kind.code, "item": kind.value.item, "bytes": record}, indent=1)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{kind.code}-{os.urandom(8).hex()}.json"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
        except OSError:
            return None  # a full disk must not silence the alarm
        return path
