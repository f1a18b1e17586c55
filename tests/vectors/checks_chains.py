"""What each case of organisations, authority, entries, circles, letters and statements asks."""

from __future__ import annotations

from typing import Any

from crypto import accreditation as authority
from crypto import circle as control
from crypto import entries, letters, statements
from crypto import organisation as chains
from crypto.accreditation import Accreditation, KeySignature, Signed, Withdrawal
from crypto.encoding import unpack
from crypto.errors import CryptoError, NotAllowed
from crypto.log import Log
from tests.vectors.form import Case, Check, Shared, unhex


def event(stored: list[Any]) -> chains.SignedEvent:
    """[kind, payload, signature]."""
    return chains.SignedEvent(stored[0], unhex(stored[1]), unhex(stored[2]))


def signed(stored: list[Any]) -> Signed:
    """[payload, [[key, signature], ...]]."""
    return Signed(unhex(stored[0]), tuple(KeySignature(unhex(k), unhex(s)) for k, s in stored[1]))


def entry(stored: list[str]) -> entries.Entry:
    """[header, signature]."""
    return entries.Entry(unhex(stored[0]), unhex(stored[1]))


def _chain(shared: Shared, case: Case) -> Any:
    chain = chains.replay(event(shared["events"][name]) for name in case["events"])
    return {
        "head": chain.head.hex(),
        "generation": chain.generation.number,
        "members": {worker.hex(): member.role for worker, member in sorted(chain.members.items())},
    }


def _member_at(shared: Shared, case: Case) -> Any:
    chain = chains.replay(event(shared["events"][name]) for name in case["events"])
    head = event(shared["events"][case["at"]]).head
    return chain.member_at(unhex(case["worker"]), head, case.get("received_at")).role


def _event_time(shared: Shared, case: Case) -> Any:
    chains.check_event_time(event(shared["events"][case["event"]]), case["now"])
    return True


def _root(shared: Shared, case: Case) -> Any:
    documents = [signed(shared["documents"][name]) for name in case["roots"]]
    last, root = authority.verify_roots(documents[0], documents[1:])
    return {"number": root.number, "digest": authority.digest(last).hex()}


def _accreditation(shared: Shared, case: Case) -> Any:
    root = authority.verify_root(signed(shared["documents"][case["root"]]))
    document = signed(shared["documents"][case["document"]])
    accreditation = authority.verify_accreditation(root, document)
    gone = [
        authority.verify_withdrawal(root, signed(shared["documents"][w])) for w in case.get("withdrawals", [])
    ]
    digest = authority.digest(document)
    return {
        "digest": digest.hex(),
        "in_date": [authority.in_date(accreditation, at) for at in case["moments"]],
        "in_force": [authority.in_force(accreditation, gone, digest, at) for at in case["moments"]],
    }


def _withdrawal(shared: Shared, case: Case) -> Any:
    root = authority.verify_root(signed(shared["documents"][case["root"]]))
    return authority.verify_withdrawal(root, signed(shared["documents"][case["document"]])).at


def _header(shared: Shared, case: Case) -> Any:
    read = entry([case["header"], "00" * 64])
    header = entries.read_header(read)
    facts = entries.read_facts(header)
    return {
        "entry_hash": read.hash.hex(),
        "header_id": entries.header_id(header).hex(),
        "facts": type(facts).__name__,
    }


def _circle_id(shared: Shared, case: Case) -> Any:
    header = entries.read_header(entry([case["header"], "00" * 64]))
    circle = entries.circle_id(header, unhex(case["nonce"]))
    return {"circle": circle.hex(), "head_0": entries.head_zero(circle).hex()}


def _next_head(shared: Shared, case: Case) -> Any:
    head, entry_hash = unhex(case["head"]), unhex(case["entry_hash"])
    return entries.next_head(head, entry_hash, case["seq"], case["received_at"]).hex()


def _entry_signature(shared: Shared, case: Case) -> Any:
    entries.verify_entry(entry(case["entry"]), unhex(case["public"]))
    return True


def _body(shared: Shared, case: Case) -> Any:
    header = entries.read_header(entry([case["header"], "00" * 64]))
    entries.verify_body(header, unhex(case["sealed"]))
    return True


def _receipt(shared: Shared, case: Case) -> Any:
    receipt = unpack(entries.Receipt, unhex(case["receipt"]))
    entries.verify_receipt(receipt, unhex(case["signature"]), tuple(map(unhex, case["keys"])))
    return True


class Known:
    """A Directory over what a vector file holds: chains by name, and the authority's documents."""

    def __init__(self, shared: Shared, names: list[str]) -> None:
        root = authority.verify_root(signed(shared["root"]))
        replayed = [chains.replay(map(event, shared["chains"][name])) for name in names]
        self.chains = {chain.id: chain for chain in replayed}
        self.accreditations: dict[bytes, Accreditation] = {}
        self.gone: list[Withdrawal] = []
        for document in map(signed, shared["accreditations"]):
            self.accreditations[authority.digest(document)] = authority.verify_accreditation(root, document)
        for document in map(signed, shared["withdrawals"]):
            self.gone.append(authority.verify_withdrawal(root, document))

    def organisation(self, organisation: bytes) -> chains.Organisation:
        """The chain."""
        if organisation not in self.chains:
            raise NotAllowed
        return self.chains[organisation]

    def accreditation(self, digest: bytes) -> Accreditation:
        """The accreditation."""
        if digest not in self.accreditations:
            raise NotAllowed
        return self.accreditations[digest]

    def withdrawals(self, organisation: bytes) -> list[Withdrawal]:
        """Withdrawals."""
        return [gone for gone in self.gone if gone.organisation == organisation]


def _log(shared: Shared, case: Case) -> Any:
    """Every entry but the last must hold; the last one is what the case is about."""
    known = Known(shared, case["chains"])
    first = entries.read_header(entry(shared["entries"][case["log"][0][0]]))
    log = Log(unhex(case["circle"]) if "circle" in case else first.circle)
    for place, (name, received_at) in enumerate(case["log"]):
        last = place == len(case["log"]) - 1
        if last:
            log.extend(entry(shared["entries"][name]), received_at, known)
        else:
            _must_hold(log, entry(shared["entries"][name]), received_at, known)
    assert log.circle is not None
    owed = control.debts(log.circle, known, case.get("now", log.received_at))
    return {
        "head": log.head.hex(),
        "control_head": log.circle.control_head.hex(),
        "owner": log.circle.owner.hex(),
        "epoch": log.circle.epoch.number,
        "members": sorted(member.hex() for member in log.circle.members),
        "pending": sorted(invited.hex() for invited in log.circle.pending),
        "closed": log.circle.closed,
        "debts": [[debt.organisation.hex(), debt.why] for debt in owed],
    }


def _must_hold(log: Log, held: entries.Entry, received_at: int, known: Known) -> None:
    try:
        log.extend(held, received_at, known)
    except CryptoError as refusal:
        raise AssertionError("only the last entry of a case may be refused") from refusal


def _live(shared: Shared, case: Case) -> Any:
    facts = entries.read_facts(entries.read_header(entry(shared["entries"][case["entry"]])))
    control.check_live(facts, Known(shared, case["chains"]), case["now"])
    return True


def _letter(shared: Shared, case: Case) -> Any:
    letter = letters.Letter(unhex(case["header"]), unhex(case["signature"]))
    header = letters.read_letter(letter, unhex(shared["box"]), unhex(shared["body"]))
    if "sender" in case:
        sender = chains.replay(map(event, shared["chains"][case["sender"]]))
        letters.verify_sender(letter, header, sender, case.get("received_at"))
    if "first" in case:
        first = letters.read_header(letters.Letter(unhex(case["first"]), b""))
        letters.verify_reply(letter, header, first)
    return {"hash": letter.hash.hex(), "header_id": letters.header_id(header).hex()}


def _statement(shared: Shared, case: Case) -> Any:
    made = statements.SignedStatement(unhex(case["payload"]), unhex(case["signature"]))
    statements.read_statement(made, unhex(case["public"]))
    return statements.log_leaf(unhex(shared["salt"]), made).hex()


def _reason(shared: Shared, case: Case) -> Any:
    return statements.reason_commitment(unhex(case["salt"]), case["reason"]).hex()


def _session(shared: Shared, case: Case) -> Any:
    session, nonce = unhex(case["session"]), unhex(case["nonce"])
    statements.verify_session(case["hub"], session, nonce, unhex(case["public"]), unhex(case["signature"]))
    return True


CHECKS: dict[str, Check] = {
    "chain": _chain,
    "member-at": _member_at,
    "event-time": _event_time,
    "roots": _root,
    "accreditation": _accreditation,
    "withdrawal": _withdrawal,
    "header": _header,
    "circle-id": _circle_id,
    "next-head": _next_head,
    "entry-signature": _entry_signature,
    "body": _body,
    "receipt": _receipt,
    "log": _log,
    "live": _live,
    "letter": _letter,
    "statement": _statement,
    "reason": _reason,
    "session": _session,
}
