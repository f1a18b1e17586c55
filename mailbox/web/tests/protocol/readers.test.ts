/** No bytes whatever make a reader end in anything but a value or one of the six refusals. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  Accreditation,
  OrganisationKind,
  Root,
  Signed,
  Withdrawal,
  verifyRoot,
} from "@/protocol/accreditation";
import { equal, fromHex } from "@/protocol/bytes";
import { type Codec, type Raw, encode, pack, unpack } from "@/protocol/encoding";
import { CircleSeed, Entry, Header, Receipt, entryHash, readFacts, readHeader } from "@/protocol/entries";
import { CryptoError, NotAllowed } from "@/protocol/errors";
import { Admit, Event, Genesis, Member, RoleChange, Rotate, SignedEvent } from "@/protocol/events";
import { FACTS, FIRST_CONTENT, Kind, isKind } from "@/protocol/facts";
import { Log } from "@/protocol/log";
import { begin, eventTime } from "@/protocol/organisation";
import { sodiumReady } from "@/protocol/sodium";
import { load } from "./chains";
import { Chance } from "./chance";

beforeAll(sodiumReady);

/** Sometimes right, mostly not: nested values of every type, with lengths that fields like. */
function value(chance: Chance, depth: number): Raw {
  const lengths = [0, 16, 32, 64, 1216];
  const simple: readonly Raw[] = [
    null,
    true,
    false,
    "",
    "text",
    0,
    1,
    chance.below(300),
    Number.MAX_SAFE_INTEGER,
  ];
  const choice = chance.below(depth > 0 ? 4 : 3);
  if (choice === 3) return Array.from({ length: chance.below(15) }, () => value(chance, depth - 1));
  if (choice === 2) return simple[chance.below(simple.length)] ?? null;
  return chance.bytes(lengths[chance.below(lengths.length)] ?? 0);
}

/** Whether `read` took it; any error that is not a refusal fails the test. */
function took(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

/** Each codec, without what it makes: a reader is asked only whether it reads. */
function reader<T>(codec: Codec<T>): (data: Uint8Array) => unknown {
  return (data) => {
    const read = unpack(codec, data);
    expect(equal(pack(codec, read), data)).toBe(true);
  };
}

const event = (data: Uint8Array): SignedEvent => ({ kind: 1, payload: data, signature: new Uint8Array(64) });
const nowhere = {
  organisation: (): never => {
    throw new NotAllowed();
  },
  accreditation: (): never => {
    throw new NotAllowed();
  },
  withdrawals: () => [],
};

const READERS: Readonly<Record<string, (data: Uint8Array) => unknown>> = {
  root: reader(Root),
  accreditation: reader(Accreditation),
  withdrawal: reader(Withdrawal),
  signed: reader(Signed),
  member: reader(Member),
  genesis: reader(Genesis),
  admit: reader(Admit),
  "role-change": reader(RoleChange),
  rotate: reader(Rotate),
  "signed-event": reader(SignedEvent),
  header: reader(Header),
  entry: reader(Entry),
  receipt: reader(Receipt),
  "circle-seed": reader(CircleSeed),
  ...Object.fromEntries(
    Object.entries(Kind).map(([name, kind]) => [
      name.toLowerCase(),
      (data: Uint8Array) => FACTS[kind].read(unpack({ write: (raw: Raw) => raw, read: (raw) => raw }, data)),
    ]),
  ),
  "a verified root": (data) => verifyRoot({ payload: data, signatures: [] }),
  "a chain": (data) => begin(event(data)),
  "an event's time": (data) => Object.values(Event).map((kind) => eventTime({ ...event(data), kind })),
  "a header's facts": (data) => readFacts(readHeader({ header: data, signature: new Uint8Array(64) })),
  "a log": (data) => {
    new Log(new Uint8Array(32)).extend({ header: data, signature: new Uint8Array(64) }, 0, nowhere);
  },
};

describe.each(Object.keys(READERS))("the reader of %s", (name) => {
  const read = READERS[name] ?? (() => undefined);

  it("takes or refuses any bytes", () => {
    const chance = new Chance(name.length);
    for (let run = 0; run < 200; run++) took(() => read(chance.bytes(chance.below(200))));
  });

  it("takes or refuses any values", () => {
    const chance = new Chance(name.length + 1000);
    for (let run = 0; run < 200; run++) took(() => read(encode(value(chance, 3))));
  });
});

it.each(["header", "rotate", "a chain"])("an array of very many is refused by the reader of %s", (name) => {
  const many = new Uint8Array(200_005).fill(0xf6);
  many.set([0x9a, 0x00, 0x03, 0x0d, 0x40]);
  expect(took(() => READERS[name]?.(many))).toBe(false);
});

describe("a header from the vectors", () => {
  const headers = load("entries").cases.flatMap((given) =>
    given.check === "header" && given.refused === undefined ? [fromHex(given.header)] : [],
  );

  it.each(headers)("with any byte changed is refused or is another entry", (header) => {
    const signature = new Uint8Array(64);
    const own = entryHash({ header, signature });
    const chance = new Chance(7);
    for (let at = 0; at < header.length; at++) {
      const other = header.map((byte, place) => (place === at ? byte ^ (1 + chance.below(255)) : byte));
      const read = took(() => reader(Header)(other));
      if (read) expect(equal(entryHash({ header: other, signature }), own)).toBe(false);
    }
  });
});

it("every kind has its facts, and no other number is a kind", () => {
  const kinds = Array.from({ length: 300 }, (_, number) => number - 10).filter(isKind);
  expect(kinds).toEqual(Object.values(Kind));
  expect(kinds.filter((kind) => kind < FIRST_CONTENT)).toHaveLength(12);
  expect(Object.values(OrganisationKind)).toEqual([1, 2, 3, 4]);
});
