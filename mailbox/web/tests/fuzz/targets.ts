/**
 * Every parser that meets bytes or JSON from outside, with good inputs to start from (tests/fuzz/parsers.py).
 *
 * A target reads and gives back what it must be equal to, its own encoding of what it read; or it refuses.
 */
import * as signin from "@/end/signinanswers";
import * as answers from "@/hub/answers";
import type { Decode } from "@/hub/decoding";
import * as letteranswers from "@/hub/letteranswers";
import * as loganswers from "@/hub/loganswers";
import * as authority from "@/protocol/accreditation";
import { fromBase64, fromBase64Url, toBase64, utf8 } from "@/protocol/bytes";
import { verifyNote } from "@/protocol/checkpoints";
import { type Codec, decode, encode, pack, unpack } from "@/protocol/encoding";
import * as entries from "@/protocol/entries";
import * as events from "@/protocol/events";
import { FACTS, isKind } from "@/protocol/facts";
import * as letters from "@/protocol/letters";
import { begin } from "@/protocol/organisation";
import * as bodies from "@/protocol/private/bodies";
import { unpad } from "@/protocol/private/content";
import { Introduction } from "@/protocol/private/secrets";
import { normaliseWords } from "@/protocol/private/words";
import * as profiles from "@/protocol/profiles";
import * as statements from "@/protocol/statements";
import { type Given, load } from "../protocol/vectors";
import type { Json } from "./mutate";
import { sampleOf } from "./samples";

/** One parser of bytes. Gives its own encoding of what it read; null where there is none to compare. */
export interface BytesTarget {
  readonly read: (data: Uint8Array) => Uint8Array | null;
  readonly seeds: readonly Uint8Array[];
}

/** One parser of JSON. */
export interface JsonTarget {
  readonly decode: Decode<unknown>;
  readonly seeds: readonly Json[];
}

export type Target = BytesTarget | JsonTarget;

function written<T>(codec: Codec<T>, limit?: number): BytesTarget["read"] {
  return (data) => pack(codec, unpack(codec, data, limit));
}

/** The good inputs that a vector file holds for one check. */
function accepted(file: string, check: string, field: string): Uint8Array[] {
  const good = (one: Given): boolean => one.text("check") === check && !one.has("refused");
  return load(file)
    .cases.filter(good)
    .map((one) => one.bytes(field));
}

/** Pairs of hexadecimal texts that stand under a name in what a vector file shares. */
function shared(file: string, name: string): [string, string][] {
  const rows = Object.values(load(file).shared.within(name).raw);
  return rows.flatMap((row) => (Array.isArray(row) ? [[String(row.at(-2)), String(row.at(-1))]] : []));
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function entryTargets(): Record<string, BytesTarget> {
  const headers = [
    ...shared("circles", "entries").map(([header]) => hex(header)),
    ...accepted("entries", "header", "header"),
  ];
  const facts = headers.flatMap((header) => {
    const read = entries.readHeader({ header, signature: new Uint8Array(64) });
    return [{ kind: read.kind, seed: encode([...read.facts]) }];
  });
  const byKind = Object.keys(FACTS).map(Number).filter(isKind);
  const codecs = byKind.map((kind): [string, BytesTarget] => {
    // Which facts belong to a kind is read back as it was written, whatever they are called.
    const codec = FACTS[kind] as Codec<unknown>;
    const seeds = facts.filter((one) => one.kind === kind).map(({ seed }) => seed);
    return [`facts-${kind}`, { read: written(codec), seeds: seeds.length > 0 ? seeds : [encode([1])] }];
  });
  const header: BytesTarget["read"] = (data) => {
    const read = entries.readHeader({ header: data, signature: new Uint8Array(64) });
    entries.readFacts(read);
    entries.headerId(read);
    return pack(entries.Header, read);
  };
  return {
    header: { read: header, seeds: headers },
    receipt: { read: written(entries.Receipt), seeds: accepted("entries", "receipt", "receipt") },
    ...Object.fromEntries(codecs),
  };
}

function chainTargets(): Record<string, BytesTarget> {
  const stored = shared("organisations", "events").map(([payload]) => hex(payload));
  const documents = Object.values(load("authority").shared.within("documents").raw).flatMap((row) =>
    Array.isArray(row) ? [hex(String(row[0]))] : [],
  );
  const seeds = stored.filter((event) => event.length > 0 && event.length < 10_000);
  const chain: BytesTarget["read"] = (data) => {
    begin({ kind: events.Event.GENESIS, payload: data, signature: new Uint8Array(64) });
    return data;
  };
  return {
    "event-genesis": { read: written(events.Genesis, events.MAX_EVENT), seeds },
    "event-admit": { read: written(events.Admit, events.MAX_EVENT), seeds },
    "event-role": { read: written(events.RoleChange, events.MAX_EVENT), seeds },
    "event-rotate": { read: written(events.Rotate, events.MAX_EVENT), seeds },
    "chain-begin": { read: chain, seeds },
    root: { read: written(authority.Root), seeds: documents },
    accreditation: { read: written(authority.Accreditation), seeds: documents },
    withdrawal: { read: written(authority.Withdrawal), seeds: documents },
  };
}

function bodyTargets(): Record<string, BytesTarget> {
  const [id, hash] = [new Uint8Array(16).fill(9), new Uint8Array(32).fill(7)];
  const by = { version: 1, author: "Ann" };
  const sizes = { mediaType: "a/b", size: 1, padded: 1024, stored: 1 };
  const hashes = { plaintextHash: hash, segments: hash, key: hash };
  const manifest = { ...by, document: id, number: 1, name: "a", ...sizes, ...hashes };
  const seeds = [
    pack(bodies.Said, { ...by, text: "Hello", documents: [id] }),
    pack(bodies.About, { ...by, title: "T", reference: "", safeContact: "", contactPerson: "" }),
    pack(bodies.CarePlan, { ...by, summary: "", needs: [{ category: 1, text: "x", gap: true }] }),
    pack(bodies.Asked, { ...by, title: "", text: "" }),
    pack(bodies.Manifest, { ...manifest, modifiedAt: 0, description: "" }),
  ];
  const padded = new Uint8Array(256);
  padded.set([1, 2, 3, 0x80]);
  return {
    "body-said": { read: written(bodies.Said), seeds },
    "body-about": { read: written(bodies.About), seeds },
    "body-careplan": { read: written(bodies.CarePlan), seeds },
    "body-asked": { read: written(bodies.Asked), seeds },
    "body-manifest": { read: written(bodies.Manifest), seeds },
    padding: { read: (data) => (unpad(data), null), seeds: [padded] },
  };
}

function basicTargets(): Record<string, BytesTarget> {
  const note = load("checkpoints").cases[0]?.text("note") ?? "";
  const text = (data: Uint8Array): string => new TextDecoder().decode(data);
  const letter: BytesTarget["read"] = (data) => {
    const signature = new Uint8Array(data.length % 2 === 0 ? 0 : 64);
    return pack(letters.LetterHeader, letters.readLetterHeader({ header: data, signature }));
  };
  const hash = new Uint8Array(32);
  const profile = pack(profiles.Profile, {
    ...{ version: 1, organisation: hash.subarray(16), worker: hash.subarray(16), name: "Ann", at: 1 },
  });
  const base = utf8(toBase64(hash));
  return {
    encoding: { read: (data) => encode(decode(data)), seeds: accepted("encoding", "decode", "cbor") },
    letter: { read: letter, seeds: accepted("letters", "letter", "header") },
    statement: { read: written(statements.Statement), seeds: accepted("statements", "statement", "payload") },
    checkpoint: { read: (data) => (verifyNote(text(data), "hub", hash), null), seeds: [utf8(note)] },
    introduction: { read: written(Introduction), seeds: accepted("words", "introduction", "cbor") },
    profile: { read: written(profiles.Profile), seeds: [profile] },
    words: { read: (data) => (normaliseWords(text(data), 2), null), seeds: [utf8("abacus zoom")] },
    base64: { read: (data) => (fromBase64(text(data)), null), seeds: [base] },
    "base64-url": { read: (data) => (fromBase64Url(text(data)), null), seeds: [base] },
  };
}

/** Every decoder of answers that the four rooms export: those are functions of an answer's JSON. */
function answerTargets(): Record<string, JsonTarget> {
  const rooms: Readonly<Record<string, unknown>> = { ...answers, ...loganswers, ...letteranswers, ...signin };
  const found = Object.entries(rooms).flatMap(([name, room]): [string, JsonTarget][] => {
    // Fields (in capitals), and what makes a decoder of another, are no answers.
    if (typeof room !== "function" || name === name.toUpperCase() || name === "page" || name === "Nothing")
      return [];
    const decoder = room as Decode<unknown>;
    return [[`answer-${name}`, { decode: decoder, seeds: [sampleOf(decoder)] }]];
  });
  return Object.fromEntries(found);
}

/** All of them, by name. `sodiumReady` must have been awaited. */
export function targets(): Readonly<Record<string, Target>> {
  return {
    ...basicTargets(),
    ...entryTargets(),
    ...chainTargets(),
    ...bodyTargets(),
    ...answerTargets(),
  };
}
