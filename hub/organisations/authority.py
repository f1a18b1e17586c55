"""The authority's documents: roots, accreditations, withdrawals. Anyone may bring one; signatures permit it.

The first root is trusted by the operator's own hand, and must vouch for this hub's name and keys. Every later
one follows it by the rule that every end applies too.
"""

from __future__ import annotations

from itertools import pairwise

from crypto.accreditation import (
    Accreditation,
    OrganisationKind,
    Root,
    Signed,
    digest,
    require_threshold,
    succeed,
    verify_accreditation,
    verify_root,
    verify_withdrawal,
)
from crypto.encoding import pack, unpack
from crypto.errors import Forged
from hub.accounts import service as accounts
from hub.accounts.service import Standing
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, NotAllowed, NotFound, Refused
from hub.organisations import queries
from hub.organisations.chains import DOCUMENTS_PER_ORGANISATION, read_stored
from hub.organisations.schemas import SIGNED_MAX, PostDocument
from storage.database import Row, Unit


class NotThisHub(Refused):
    """The root does not vouch for this hub; the detail says in which respect."""

    code, status, title = "not-this-hub", 409, "The authority's root does not vouch for this hub"


class NoAuthority(Refused):
    code, status, title = "no-authority", 409, "The operator has not named this hub's authority yet"


KIND_WORDS = {kind.value: kind.name.lower() for kind in OrganisationKind}


async def roots(unit: Unit, after: int, limit: int) -> list[Row]:
    """Roots numbered above ``after``, ascending: (number, signed)."""
    return await unit.all(queries.ROOTS, p_after=after, p_limit=limit)


async def trust(unit: Unit, hub: Hub, signed: bytes, now: int) -> Root:
    """The operator names the authority: store the first root. The same one again changes nothing.

    Raises:
        NotThisHub: another hub's name or keys. Conflicting: there is another root already. crypto's errors.
    """
    read = unpack(Signed, signed, limit=SIGNED_MAX)
    root = verify_root(read)
    _require_this_hub(hub, root)
    last = await unit.one(queries.LAST_ROOT)
    if last is None:
        await unit.run(queries.ADD_ROOT, number=root.number, signed=signed)
    elif digest(unpack(Signed, last.signed)) != digest(read):
        raise Conflicting("This hub has an authority already: a new root must be signed by the old one too.")
    return root


async def accept(unit: Unit, hub: Hub, given: PostDocument, now: int) -> None:
    """Store a document that the authority signed. One that is stored already changes nothing.

    Raises:
        NoAuthority, NotThisHub, NotFound (no such organisation), NotAllowed; crypto's errors.
    """
    signed = unpack(Signed, given.signed, limit=SIGNED_MAX)
    if pack(signed) != given.signed:
        raise NotAllowed
    last = await unit.one(queries.LAST_ROOT)
    if last is None:
        raise NoAuthority
    pinned = unpack(Signed, last.signed)
    if given.kind == "root":
        await _accept_root(unit, hub, pinned, signed)
    elif given.kind == "accreditation":
        await _accept_accreditation(unit, hub, verify_root(pinned), signed, now)
    else:
        await _accept_withdrawal(unit, hub, verify_root(pinned), signed, now)


async def _accept_root(unit: Unit, hub: Hub, pinned: Signed, newer: Signed) -> None:
    if digest(pinned) == digest(newer):
        verify_root(newer)
        return
    root = succeed(pinned, newer)
    _require_this_hub(hub, root)
    await unit.run(queries.ADD_ROOT, number=root.number, signed=pack(newer))


async def _accept_accreditation(unit: Unit, hub: Hub, root: Root, signed: Signed, now: int) -> None:
    read = verify_accreditation(root, signed)
    state = await _state(unit, read.organisation)
    if read.genesis != state.genesis or read.kind not in KIND_WORDS:
        raise NotAllowed("The accreditation is for another beginning of that organisation.")
    name = digest(signed)
    stored = await unit.one(queries.ACCREDITATION, p_digest=name)
    if stored is not None:
        if not _holds(root, "accreditation", stored.signed):
            await unit.run(queries.SIGN_ACCREDITATION_AGAIN, p_digest=name, p_signed=pack(signed))
        return
    await _require_room(unit, read.organisation)
    await unit.run(
        queries.ADD_ACCREDITATION,
        digest=name,
        organisation=read.organisation,
        signed=pack(signed),
        valid_from=read.valid_from,
        valid_to=read.valid_to,
        received_at=now,
    )
    await _changed(unit, hub, read.organisation, now)


async def _accept_withdrawal(unit: Unit, hub: Hub, root: Root, signed: Signed, now: int) -> None:
    read = verify_withdrawal(root, signed)
    await _state(unit, read.organisation)
    row = await unit.one(queries.ACCREDITATION, p_digest=read.accreditation)
    if row is None or row.organisation != read.organisation:
        raise NotFound("There is no such accreditation here.")
    name = digest(signed)
    stored = await unit.one(queries.WITHDRAWAL, p_digest=name)
    if stored is not None:
        if not _holds(root, "withdrawal", stored.signed):
            await unit.run(queries.SIGN_WITHDRAWAL_AGAIN, p_digest=name, p_signed=pack(signed))
        return
    await unit.run(
        queries.ADD_WITHDRAWAL,
        digest=name,
        organisation=read.organisation,
        signed=pack(signed),
        received_at=now,
    )
    await unit.run(queries.SHORTEN, p_digest=read.accreditation, p_at=read.at)
    await _changed(unit, hub, read.organisation, now)


def _holds(root: Root, kind: str, packed: bytes) -> bool:
    """Whether a stored document stands under the newest root. If not, the same one signed again takes its
    place: ends accept the newest root's keys alone."""
    try:
        require_threshold(root, kind, unpack(Signed, packed))
    except Forged:
        return False
    return True


async def _require_room(unit: Unit, organisation: bytes) -> None:
    bounds = {"p_organisation": organisation, "p_limit": DOCUMENTS_PER_ORGANISATION}
    if len(await unit.all(queries.ACCREDITATIONS_OF, **bounds)) >= DOCUMENTS_PER_ORGANISATION:
        raise Conflicting("The hub keeps no more accreditations of one organisation.")


async def _state(unit: Unit, organisation: bytes) -> Row:
    row = await unit.one(queries.LOCKED_STATE, p_organisation=organisation)
    if row is None:
        raise NotFound("There is no such organisation here yet.")
    return row


async def _changed(unit: Unit, hub: Hub, organisation: bytes, now: int) -> None:
    """The documents say something new: readers look again, and the people's standing follows."""
    await unit.run(queries.COUNT_DOCUMENT, p_organisation=organisation)
    rows = await unit.all(
        queries.ACCREDITATIONS_OF, p_organisation=organisation, p_limit=DOCUMENTS_PER_ORGANISATION
    )
    spans = [
        Standing(KIND_WORDS[read_stored(Accreditation, row.signed).kind], row.valid_from, row.valid_to)
        for row in rows
    ]
    await accounts.set_standings(unit, hub, organisation, apart(spans), now)


def apart(spans: list[Standing]) -> list[Standing]:
    """The same stretches of time, in order and without overlaps: where several hold, the one that holds
    longest says the kind, as in ``queries.IN_FORCE``. Gaps stay gaps."""
    cuts = sorted({at for span in spans for at in (span.valid_from, span.valid_to)})
    found: list[Standing] = []
    for start, stop in pairwise(cuts):
        holding = [span for span in spans if span.valid_from <= start < span.valid_to]
        if not holding:
            continue
        kind = max(holding, key=lambda span: span.valid_to).kind
        if found and (found[-1].kind, found[-1].valid_to) == (kind, start):
            found[-1] = found[-1]._replace(valid_to=stop)
        else:
            found.append(Standing(kind, start, stop))
    return found


def _require_this_hub(hub: Hub, root: Root) -> None:
    if root.hub != hub.settings.hub_name:
        raise NotThisHub(f"It is for a hub of another name; this one is {hub.settings.hub_name}.")
    if hub.keys.receipt_public not in root.receipt_keys:
        raise NotThisHub("It does not hold this hub's receipt key.")
    if hub.keys.checkpoint_public not in root.checkpoint_keys:
        raise NotThisHub("It does not hold this hub's checkpoint key.")
