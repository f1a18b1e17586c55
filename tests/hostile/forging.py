"""What a dishonest hub can make: other histories, with heads and receipts to match, signed by its own key.

And what a hostile member can make: entries that are signed by them, but that no honest program writes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from crypto.entries import (
    Details,
    Entry,
    Kind,
    Plan,
    Receipt,
    head_zero,
    next_head,
    read_header,
    sign_entry,
    sign_receipt,
)
from crypto.private.bodies import About, CarePlan
from crypto.signing import SigningKey
from keyholder.circle import CircleView
from keyholder.writing import Position, Writing, compose
from tests.hostile.proxy import Asked
from tests.keyholder.world import World


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def flipped(raw: bytes, at: int = -1) -> bytes:
    """The same bytes, but for one bit."""
    at %= len(raw)
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


@dataclass
class FalseLog:
    """A history of one circle as the hub would like it to be."""

    world: World
    circle: bytes
    rows: list[tuple[Entry, int]] = field(default_factory=list)

    @classmethod
    def of(cls, world: World, view: CircleView) -> FalseLog:
        """The true one, to begin with."""
        rows = [(v.entry, v.placed.received_at) for v in view.book.entries]
        return cls(world, view.id, rows)

    def put(self, entry: Entry, received_at: int | None = None) -> None:
        """One more entry."""
        self.rows.append((entry, received_at or self.world.hub.clock()))

    def serve(self, _: Any, asked: Asked) -> dict[str, object]:
        """What the hub would answer about headers."""
        heads = [head_zero(self.circle)]
        for seq, (entry, at) in enumerate(self.rows, 1):
            heads.append(next_head(heads[-1], entry.hash, seq, at))
        after = int(asked.query.get("after", "0"))
        entries = [
            {"seq": seq, "header": b64(e.header), "signature": b64(e.signature), "received_at": at}
            for seq, (e, at) in enumerate(self.rows, 1)
            if seq > after
        ]
        entry, at = self.rows[-1]
        receipt = Receipt(1, self.circle, len(self.rows), entry.hash, heads[-1], at)
        signature = sign_receipt(receipt, SigningKey(self.world.hub.hub.keys.receipt))
        return {
            "entries": entries,
            "seq": len(self.rows),
            "head": b64(heads[-1]),
            "receipt": {
                "seq": receipt.seq,
                "entry_hash": b64(receipt.entry_hash),
                "head": b64(receipt.head),
                "received_at": at,
                "signature": b64(signature),
            },
        }


def owners_words(kind: Kind, text: str) -> Writing:
    """A plan, or details that say how somebody is reached safely: for the circle's owner alone to write."""
    if kind == Kind.PLAN:
        return Writing(Kind.PLAN, Plan(None), CarePlan(1, "somebody", text, ()))
    return Writing(Kind.DETAILS, Details(None), About(1, "somebody", "Circle for J", "", text, ""))


async def crafted(view: CircleView, writing: Writing, **changes: Any) -> tuple[Entry, bytes]:
    """An entry of this member's own making, never posted; ``changes`` are to the header, which is signed."""
    key = await view.sealer.current_key()
    position = Position(view.book, view.keys, view.book.desk.clock(), key)
    entry, sealed = compose(position, writing)
    if changes:
        header = replace(read_header(entry), **changes)
        entry = sign_entry(header, view.book.desk.me.secret.signing)
    return entry, sealed


def signed_by(entry: Entry, seed: bytes, **changes: Any) -> Entry:
    """The same header, with ``changes``, signed by somebody else."""
    return sign_entry(replace(read_header(entry), **changes), SigningKey(seed))
