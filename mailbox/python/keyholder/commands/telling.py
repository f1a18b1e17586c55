"""One entry of a circle, as people tell it: who did what, and their words. Nothing of the machinery."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from crypto.facts import Kind
from crypto.private.bodies import About, Asked, CarePlan, Manifest, Said
from keyholder import showing
from keyholder.console import Console
from keyholder.opening import Item, Shown
from policies.actions import Move, move_of
from policies.codes import CodeList, reasons

if TYPE_CHECKING:
    from keyholder.circle import CircleView

Names = Callable[[bytes], str]

MOVES = {
    Move.PROPOSE: "asked for something",
    Move.ACCEPT: "accepted an action",
    Move.START: "started on an action",
    Move.COMPLETE: "completed an action",
    Move.DECLINE: "declined an action",
    Move.CANCEL: "cancelled an action",
    Move.REASSIGN: "reassigned an action",
    Move.HAND_OVER: "passed an action to a colleague",
    Move.RESCHEDULE: "moved the due time of an action",
    Move.NOTE: "noted progress on an action",
}
DEEDS = {
    Kind.OPEN: "opened the circle",
    Kind.DETAILS: "described the circle",
    Kind.MESSAGE: "",
    Kind.PLAN: "wrote the care plan",
    Kind.ACCEPT: "joined",
    Kind.GRANT: "shared earlier history",
    Kind.REKEY: "renewed the circle's protection",
    Kind.HOLD: "changed a hold: nothing is erased while one is on",
    Kind.HANDOVER: "offered the circle to another organisation",
    Kind.RELEASE: "released something from the circle",
    Kind.REOPEN: "reopened the circle",
    Kind.ERASE: "erased what an entry said",
}
CLOSED = {
    Shown.RESTRICTED: "A note that was kept to some members.",
    Shown.ERASED: "This was erased by the circle's owner.",
    Shown.LOCKED: "This is from a time your organisation was not given.",
    Shown.NEWER: "This was written by a newer version. Update this program to read it.",
    Shown.FAULT: "This could not be shown: see the alarm.",
}


def tell(console: Console, item: Item, name_of: Names) -> None:
    """Show one entry."""
    late = " (sent more than 15 minutes before or after)" if item.late else ""
    who = f"{item.author or 'Somebody'} ({name_of(item.organisation)})"
    head = f"#{item.seq} {console.when(item.received_at)}{late}: {who} {deed(item, name_of, console)}"
    if console.security:
        head += f" [worker {item.worker.hex()}]"
    console.message(head, words(item))


def deed(item: Item, name_of: Names, console: Console) -> str:
    """What was done."""
    facts, kind = item.facts, item.kind
    if kind == Kind.ACTION:
        return f"asked {name_of(facts.organisation)} for something by {console.when(facts.due_at)}"
    if kind == Kind.ACTION_CHANGE:
        move = move_of(facts.state)
        return MOVES[move] if move else "changed an action"
    if kind == Kind.INVITE:
        return f"invited {name_of(facts.listing.organisation)}"
    if kind == Kind.DECLINE:
        return f"declined to join: {label(reasons().invitation_decline, facts.reason)}"
    if kind == Kind.CLOSE:
        return f"closed the circle: {label(reasons().closing, facts.reason)}"
    if kind == Kind.REKEY and facts.removed:
        return "took out " + ", ".join(name_of(each) for each in facts.removed)
    if kind == Kind.DOCUMENT:
        return f"shared a document ({showing.size(facts.size)} sealed)"
    return DEEDS.get(Kind(kind), "") if kind in set(Kind) else "did something newer than this program"


def words(item: Item) -> str:
    """What was said; or, when it is not for this reader, why not."""
    body = item.body
    if item.state != Shown.OPEN:
        return CLOSED[item.state]
    if isinstance(body, Said):
        return body.text + _with_documents(body.documents)
    if isinstance(body, About):
        return _rows(
            ("Called", body.title),
            ("Reference", body.reference),
            ("Contact safely", body.safe_contact),
            ("Contact person", body.contact_person),
        )
    if isinstance(body, CarePlan):
        needs = [f"- {need.text}{' (nobody can meet this yet)' if need.gap else ''}" for need in body.needs]
        return "\n".join([body.summary, *needs])
    if isinstance(body, Manifest):
        about = f"{showing.line(body.name)} ({showing.size(body.size)})"
        return f"{about}\n{body.description}" if body.description else about
    if isinstance(body, Asked):
        return "\n".join(part for part in (body.title, body.text) if part)
    return ""


def document_of_item(item: Item) -> dict[str, Any]:
    """One entry for programs."""
    kind = Kind(item.kind).name.lower() if item.kind in set(Kind) else str(item.kind)
    return {
        "seq": item.seq,
        "kind": kind,
        "state": str(item.state),
        "author": item.author,
        "organisation": item.organisation,
        "worker": item.worker,
        "sent_at": item.sent_at,
        "received_at": item.received_at,
        "late": item.late,
        "facts": _facts(item),
        "body": _body(item.body),
    }


def label(codes: CodeList, code: int) -> str:
    """The words of a reason."""
    row = codes.by_code(code)
    return row.label if row else f"reason {code}"


async def author_names(circle: CircleView, items: Iterable[Item] = ()) -> dict[tuple[bytes, bytes], str]:
    """What people call themselves in what they wrote lately, by (organisation, worker)."""
    log = await circle.sync()
    known = list(items) or await circle.read(after=max(0, log.seq - 100), limit=100, receipt=False)
    return {(item.organisation, item.worker): item.author for item in known if item.author}


def _facts(item: Item) -> dict[str, Any]:
    """The facts that mean something outside the machinery."""
    plain = (
        "action",
        "organisation",
        "assignee",
        "due_at",
        "priority",
        "reason",
        "document",
        "number",
        "removed",
    )
    found = {name: getattr(item.facts, name) for name in plain if hasattr(item.facts, name)}
    if item.kind == Kind.ACTION_CHANGE:
        move = move_of(item.facts.state)
        found["move"] = str(move) if move else item.facts.state
    if item.kind == Kind.INVITE:
        found |= {"organisation": item.facts.listing.organisation, "answer_due": item.facts.answer_due}
    return found


def _body(body: Any) -> dict[str, Any] | None:
    """A body without its keys and hashes."""
    hidden = {"version", "author", "key", "padded", "stored", "plaintext_hash", "segments"}
    if body is None:
        return None
    found = {name: getattr(body, name) for name in body.__struct_fields__ if name not in hidden}
    if isinstance(body, CarePlan):
        found["needs"] = [{"category": n.category, "text": n.text, "gap": n.gap} for n in body.needs]
    return found


def _with_documents(documents: Iterable[bytes]) -> str:
    named = ", ".join(showing.short(each) for each in documents)
    return f"\nWith documents: {named}" if named else ""


def _rows(*rows: tuple[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in rows if value)
