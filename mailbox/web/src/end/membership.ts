/**
 * Who is in a circle: opening it, inviting, answering, granting history, leaving, handing over; and what else
 * only control entries change. Each function makes one entry for the position it is given.
 */
import type { Desk } from "@/end/desk";
import { CannotSend } from "@/end/errors";
import { restrictedOf } from "@/end/logbook";
import { listed } from "@/end/rekeying";
import { type Position, type Writing, factsOf, finish } from "@/end/writing";
import type { Sendable } from "@/hub/encoding";
import { EMPTY, randomBytes } from "@/protocol/bytes";
import { type Header, NOTHING, circleId, entryHash, headZero, headerId } from "@/protocol/entries";
import { boxHash } from "@/protocol/events";
import { type EntryBox, Kind } from "@/protocol/facts";
import { ByteSet, sorted } from "@/protocol/keyed";
import type { About, Asked } from "@/protocol/private/bodies";
import * as boxes from "@/protocol/private/boxes";
import * as content from "@/protocol/private/content";

/** A circle that is ready to be posted: the request's body, and its first key. */
export interface Opened {
  readonly circle: Uint8Array;
  readonly request: { readonly [name: string]: Sendable };
  readonly entryHash: Uint8Array;
  readonly epochKey: Uint8Array;
}

/** The first entry of a new circle, owned by the writer's organisation. */
export async function opening(desk: Desk, about: About): Promise<Opened> {
  const nonce = randomBytes(16);
  const key = randomBytes(32);
  const { worker, organisation } = desk.me;
  const seed: Header = {
    version: 1,
    kind: Kind.OPEN,
    circle: new Uint8Array(32),
    epoch: 1,
    worker,
    organisation,
    organisationHead: desk.directory.organisation(organisation).head,
    controlHead: new Uint8Array(32),
    seenSeq: 0,
    seenHead: new Uint8Array(32),
    authorPrev: NOTHING,
    sentAt: desk.clock(),
    facts: [],
    sealedHash: EMPTY,
  };
  const circle = circleId(seed, nonce);
  const zero = headZero(circle);
  const { listing, box } = await listed(desk, circle, 1, zero, organisation, key);
  const facts = factsOf(Kind.OPEN, {
    nonce,
    members: [listing],
    pending: [],
    commitment: content.commitment(circle, 1, key),
  });
  const header = { ...seed, circle, controlHead: zero, seenHead: zero, facts };
  const { entry, sealed } = await finish(desk, header, content.entryKey(key, headerId(header)), about);
  const request = { header: entry.header, signature: entry.signature, body: sealed, boxes: [box] };
  return { circle, request, entryHash: entryHash(entry), epochKey: key };
}

/** The words that go with a control entry. */
export function said(position: Position, text = "", title = ""): Asked {
  return { version: 1, author: position.desk.me.name, title, text };
}

/** Ask an organisation in, with the key in force and the chosen earlier epochs' keys. */
export async function invite(
  position: Position,
  organisation: Uint8Array,
  title: string,
  text: string,
  due: number,
  epochs: readonly number[],
): Promise<Writing> {
  const { circle, desk } = position;
  const { number } = circle.epoch;
  const nonce = randomBytes(16);
  const bodyKey = randomBytes(32);
  const { listing, box } = await listed(
    desk,
    circle.id,
    number,
    circle.controlHead,
    organisation,
    position.key,
  );
  const history = await epochBoxes(
    position,
    organisation,
    epochs.filter((epoch) => epoch !== number),
  );
  const readers = new ByteSet([...circle.members.keys(), organisation]).sorted();
  const bodies = await Promise.all(readers.map((each) => bodyBox(position, each, nonce, bodyKey)));
  const facts = factsOf(Kind.INVITE, {
    listing,
    answerDue: due,
    nonce,
    bodyBoxes: sorted(bodies.map(boxHash)),
    history: history.map(({ epoch, box: each }) => ({ epoch, boxHash: boxHash(each) })),
  });
  const every = [box, ...bodies, ...history.map((each) => each.box)];
  return { kind: Kind.INVITE, facts, body: said(position, text, title), boxes: every, bodyKey };
}

/** The box of a body's own key, to one organisation's newest generation. */
export async function bodyBox(
  position: Position,
  organisation: Uint8Array,
  nonce: Uint8Array,
  key: Uint8Array,
): Promise<Uint8Array> {
  const { desk, circle } = position;
  const chain = desk.directory.organisation(organisation);
  const listing = circle.listing(organisation);
  const generation = (listing && chain.generations[listing.generation - 1]) ?? chain.generation;
  const { number, keyHash, boxKey } = generation;
  const info = boxes.bodyInfo(circle.id, nonce, desk.me.worker, organisation, number, keyHash);
  return boxes.sealBox(boxKey, key, info);
}

async function epochBoxes(
  position: Position,
  organisation: Uint8Array,
  epochs: readonly number[],
): Promise<{ readonly epoch: number; readonly box: Uint8Array }[]> {
  const { circle, desk } = position;
  const { number, keyHash, boxKey } = desk.directory.organisation(organisation).generation;
  return Promise.all(
    epochs.map(async (epoch) => {
      const key = position.keys.get(epoch);
      if (key === null) throw new CannotSend("Your organisation does not hold that part of the history.");
      const info = boxes.epochInfo(circle.id, epoch, circle.controlHead, organisation, number, keyHash);
      return { epoch, box: await boxes.sealBox(boxKey, key, info) };
    }),
  );
}

/** Accept (reason 0) or decline. `key` is the invitation's own, which everyone who was asked has. */
export function answer(
  position: Position,
  invitation: Uint8Array,
  key: Uint8Array | null,
  text: string,
  reason: number,
): Writing {
  const body = said(position, text);
  if (reason === 0) {
    return { kind: Kind.ACCEPT, facts: factsOf(Kind.ACCEPT, { invite: invitation }), body, bodyKey: key };
  }
  const facts = factsOf(Kind.DECLINE, { invite: invitation, reason });
  return { kind: Kind.DECLINE, facts, body, bodyKey: key };
}

/** Give a member history: whole epochs, or single entries. */
export async function grant(
  position: Position,
  organisation: Uint8Array,
  epochs: readonly number[],
  entries: readonly number[],
): Promise<Writing> {
  if (!position.circle.members.has(organisation)) {
    throw new CannotSend("History is for members who have accepted.");
  }
  const { number, keyHash } = position.desk.directory.organisation(organisation).generation;
  const whole = await epochBoxes(position, organisation, epochs);
  const single = await Promise.all(entries.map((seq) => entryBox(position, organisation, seq)));
  const facts = factsOf(Kind.GRANT, {
    organisation,
    generation: number,
    keyHash,
    epochs: whole.map(({ epoch, box }) => ({ epoch, boxHash: boxHash(box) })),
    entries: single.map((each) => each.named),
  });
  const every = [...whole.map((each) => each.box), ...single.map((each) => each.box)];
  return { kind: Kind.GRANT, facts, body: said(position), boxes: every };
}

async function entryBox(
  position: Position,
  organisation: Uint8Array,
  seq: number,
): Promise<{ readonly named: EntryBox; readonly box: Uint8Array }> {
  const { header, placed, facts } = position.book.at(seq);
  const epochKey = position.keys.get(header.epoch);
  if (epochKey === null || restrictedOf(facts) !== null) {
    throw new CannotSend("That entry's key cannot be given from here.");
  }
  const { number, keyHash, boxKey } = position.desk.directory.organisation(organisation).generation;
  const info = boxes.entryKeyInfo(position.circle.id, placed.hash, organisation, number, keyHash);
  const box = await boxes.sealBox(boxKey, content.entryKey(epochKey, headerId(header)), info);
  return { named: { entry: placed.hash, boxHash: boxHash(box) }, box };
}

/** Support here has ended. */
export function close(position: Position, reason: number, text: string): Writing {
  return { kind: Kind.CLOSE, facts: factsOf(Kind.CLOSE, { reason }), body: said(position, text) };
}

/** It goes on. */
export function reopen(position: Position, reason: number, text: string): Writing {
  return { kind: Kind.REOPEN, facts: factsOf(Kind.REOPEN, { reason }), body: said(position, text) };
}

/** Erase one entry's body. */
export function erase(position: Position, seq: number, reason: number): Writing {
  const entry = position.book.at(seq).placed.hash;
  return { kind: Kind.ERASE, facts: factsOf(Kind.ERASE, { entry, reason }), body: said(position) };
}
