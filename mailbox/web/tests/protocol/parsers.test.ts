/** No parser ends in anything but a value or one of the refusals; what is read is written the same again. */
import { beforeAll, describe, expect, it } from "vitest";
import { toHex, utf8 } from "@/protocol/bytes";
import { noteBody, signNote, verifyNote } from "@/protocol/checkpoints";
import { type Codec, decode, encode, pack, type Raw, unpack } from "@/protocol/encoding";
import { CryptoError } from "@/protocol/errors";
import { LetterHeader, readLetterHeader } from "@/protocol/letters";
import { About, Asked, CarePlan, Manifest, Said } from "@/protocol/private/bodies";
import { unpad } from "@/protocol/private/content";
import { Introduction } from "@/protocol/private/secrets";
import { normaliseWords } from "@/protocol/private/words";
import { sodiumReady } from "@/protocol/sodium";
import { Statement } from "@/protocol/statements";
import { Chance } from "./chance";
import { load } from "./vectors";

beforeAll(sodiumReady);

const TRIES = 3000;

/** The value, or nothing where it was refused; any other failure is the test's. */
function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (refusal) {
    if (refusal instanceof CryptoError) return undefined;
    throw refusal;
  }
}

function sample(chance: Chance, depth: number): Raw {
  const ways: readonly (() => Raw)[] = [
    () => chance.below(2 ** 31) * 2 ** chance.below(22),
    () => chance.bytes(chance.below(40)),
    () => [..."ñ é 漢 🙂 plain"].slice(0, chance.below(8)).join(""),
    () => chance.below(2) === 0,
    () => null,
    () => (depth === 0 ? 0 : Array.from({ length: chance.below(5) }, () => sample(chance, depth - 1))),
  ];
  return ways[chance.below(ways.length)]?.() ?? null;
}

describe("decoding", () => {
  it("refuses any bytes, or they are the one encoding of what was read", () => {
    const chance = new Chance(1);
    for (let tried = 0; tried < TRIES; tried++) {
      const bytes = chance.bytes(chance.below(24));
      const read = readOrRefused(() => decode(bytes));
      if (read !== undefined) expect(toHex(encode(read))).toBe(toHex(bytes));
    }
  });

  it("reads what was encoded, and a changed byte never reads as the same", () => {
    const chance = new Chance(2);
    for (let tried = 0; tried < TRIES; tried++) {
      const bytes = encode(sample(chance, 4));
      expect(toHex(encode(decode(bytes)))).toBe(toHex(bytes));
      const changed = chance.changed(bytes);
      const read = readOrRefused(() => decode(changed));
      if (read !== undefined) expect(toHex(encode(read))).toBe(toHex(changed));
    }
  });

  it("does not reserve what a length only promises", () => {
    const promised = Uint8Array.of(0x9b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    expect(() => decode(promised)).toThrow("cut short");
  });

  it("does not look at what is too long", () => {
    expect(() => decode(new Uint8Array(9), 8)).toThrow("longer than 8 bytes");
  });

  it("keeps no hold of the bytes it was given", () => {
    const bytes = encode(["kept", utf8("kept")]);
    const read = decode(bytes);
    bytes.fill(0);
    expect(read).toEqual(["kept", utf8("kept")]);
  });

  it("counts characters as Python does", () => {
    const eighty = { version: 1, author: "🙂".repeat(100), text: "", documents: [] };
    expect(unpack(Said, pack(Said, eighty)).author).toBe("🙂".repeat(100));
    expect(() => unpack(Said, pack(Said, { ...eighty, author: "🙂".repeat(101) }))).toThrow("wrong length");
  });

  it("refuses to write what has no encoding", () => {
    const wrong = [1.5, -1, NaN, 2 ** 53, undefined, {}, new Map(), Symbol("x"), () => 1, 1n];
    // Callers without types could pass any of these.
    for (const value of wrong) expect(() => encode(value as Raw)).toThrow(CryptoError);
  });
});

const H32 = new Uint8Array(32).fill(7);
const I16 = new Uint8Array(16).fill(9);
const NAMED = { version: 1, author: "Ann" };

const VALID: Readonly<Record<string, readonly [Codec<unknown>, Uint8Array]>> = {
  said: written(Said, { ...NAMED, text: "Hello", documents: [I16] }),
  about: written(About, { ...NAMED, title: "T", reference: "", safeContact: "", contactPerson: "" }),
  "care plan": written(CarePlan, { ...NAMED, summary: "", needs: [{ category: 1, text: "x", gap: true }] }),
  asked: written(Asked, { ...NAMED, title: "", text: "" }),
  manifest: written(Manifest, {
    ...{ ...NAMED, document: I16, number: 1, name: "a", mediaType: "a/b", size: 1, padded: 1024, stored: 1 },
    ...{ plaintextHash: H32, segments: H32, key: H32, modifiedAt: 0, description: "" },
  }),
  statement: written(Statement, {
    ...{ version: 1, act: 1, worker: I16, organisation: I16, circle: H32, purpose: 1, reasonCommitment: H32 },
    ...{ objects: [{ kind: 1, id: H32, start: 0, stop: 1 }], logSize: 0, logRoot: H32, at: 0, nonce: I16 },
  }),
  "letter header": written(LetterHeader, {
    ...{ version: 1, letter: I16, kind: 1, receiver: I16, generation: 1, keyHash: H32, inReplyTo: I16 },
    ...{ worker: I16, organisation: I16, organisationHead: H32, sentAt: 0, replyKey: H32 },
    ...{ boxHash: H32, sealedHash: H32 },
  }),
  introduction: written(Introduction, {
    ...{ version: 1, hub: "h", invitation: I16, organisation: I16, genesis: H32, worker: I16 },
    ...{ address: "a", signingKey: H32, boxKey: H32 },
  }),
};

function written<T>(codec: Codec<T>, value: T): readonly [Codec<unknown>, Uint8Array] {
  // Only read with afterwards, and reading gives a T whatever it is called.
  return [codec as Codec<unknown>, pack(codec, value)];
}

describe.each(Object.entries(VALID))("a %s", (_, [codec, bytes]) => {
  it("is refused or read and written the same, however it is changed", () => {
    const chance = new Chance(bytes.length);
    for (let tried = 0; tried < TRIES / 3; tried++) {
      const changed = chance.changed(bytes);
      const read = readOrRefused(() => unpack(codec, changed));
      if (read !== undefined) expect(toHex(pack(codec, read))).toBe(toHex(changed));
    }
    expect(toHex(pack(codec, unpack(codec, bytes)))).toBe(toHex(bytes));
  });
});

describe("text from outside", () => {
  it("is a checkpoint or refused", () => {
    const chance = new Chance(5);
    const note = load("checkpoints").cases[0]?.text("note") ?? "";
    for (let tried = 0; tried < TRIES; tried++) {
      const changed = new TextDecoder().decode(chance.changed(utf8(note)));
      const read = readOrRefused(() => verifyNote(changed, "hub.example", H32));
      expect(read).toBeUndefined();
    }
  });

  it("gives a checkpoint that was signed, and no changed one", () => {
    const note = signNote({ origin: "hub.example/log", size: 5, root: H32 }, "hub.example", H32);
    expect(note).toContain(noteBody({ origin: "hub.example/log", size: 5, root: H32 }));
    expect(() => verifyNote(note.replace("5", "6"), "hub.example", H32)).toThrow(CryptoError);
    expect(() => signNote({ origin: "kith/1/x", size: 5, root: H32 }, "hub", H32)).toThrow("origin");
    expect(() => signNote({ origin: "hub", size: 5, root: H32 }, "a hub", H32)).toThrow("no space");
  });

  it("is words or refused", () => {
    const chance = new Chance(6);
    for (let tried = 0; tried < TRIES; tried++) {
      const typed = new TextDecoder().decode(chance.bytes(chance.below(60)));
      readOrRefused(() => normaliseWords(typed, 1 + chance.below(3)));
    }
  });

  it("is padding or refused, and letters' headers likewise", () => {
    const chance = new Chance(7);
    for (let tried = 0; tried < TRIES; tried++) {
      const padded = new Uint8Array(256);
      padded.set(chance.bytes(chance.below(200)));
      readOrRefused(() => unpad(padded));
      const header = chance.changed(VALID["letter header"]?.[1] ?? H32);
      readOrRefused(() => readLetterHeader({ header, signature: chance.bytes(chance.below(2) * 64) }));
    }
  });
});
