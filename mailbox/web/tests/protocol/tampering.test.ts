/** Whatever a dishonest hub does to a log that held, the reader refuses it and keeps what it had. */
import { beforeAll, describe, expect, it } from "vitest";
import { toHex } from "@/protocol/bytes";
import type { Entry } from "@/protocol/entries";
import { CryptoError } from "@/protocol/errors";
import type { Log } from "@/protocol/log";
import { sodiumReady } from "@/protocol/sodium";
import { type Case, Known, before, entry, held, load, standing } from "./chains";

beforeAll(sodiumReady);

interface Step {
  readonly entry: Entry;
  readonly receivedAt: number;
}

const { shared, cases } = load("circles");
const accepted = cases.filter((given) => given.check === "log" && given.refused === undefined);
const longest = accepted.reduce((one, other) => (other.log.length > one.log.length ? other : one));

function stepsOf(given: Case): Step[] {
  return given.log.map(([name, receivedAt]) => ({ entry: entry(held(shared.entries, name)), receivedAt }));
}

/** The code of the first refusal; null if all of them hold. */
function refusal(log: Log, steps: readonly Step[], known: Known): string | null {
  try {
    for (const step of steps) log.extend(step.entry, step.receivedAt, known);
    return null;
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
}

/** What a reader keeps, to see that a refusal changed none of it. */
function kept(log: Log, known: Known): unknown {
  const authors = [...log.authors].map(([author, hash]) => [toHex(author), toHex(hash)]);
  const used = [...log.used].map(([organisation, position]) => [toHex(organisation), position]);
  const stands = log.circle === null ? null : standing(log, known, log.receivedAt);
  return [log.seq, toHex(log.head), log.receivedAt, authors, used, stands];
}

/** For each position of the longest log: the log before it, and what follows. */
function eachPosition(
  check: (log: Log, following: readonly Step[], known: Known, place: number) => void,
): void {
  const known = new Known(shared, longest.chains);
  const steps = stepsOf(longest);
  const log = before(shared, { ...longest, log: longest.log.slice(0, 1) }, known);
  steps.forEach((step, place) => {
    check(log.copy(), steps.slice(place), known, place);
    log.extend(step.entry, step.receivedAt, known);
  });
}

/** As if the hub had shown it at the time of the entry whose place it takes. */
function dated(following: readonly Step[], order: readonly number[]): Step[] {
  return order.flatMap((from, place) => {
    const [shown, clock] = [following[from], following[place]];
    return shown === undefined || clock === undefined ? [] : [{ ...shown, receivedAt: clock.receivedAt }];
  });
}

describe("a circle's log", () => {
  it("is long enough to mean something, and holds as it is", () => {
    expect(longest.log.length).toBeGreaterThan(20);
    eachPosition((log, following, known) => expect(refusal(log, following.slice(0, 1), known)).toBeNull());
  });

  it("is refused without any one of its entries", () => {
    eachPosition((log, [, ...rest], known) => {
      if (rest.length > 0) expect(refusal(log, rest, known)).not.toBeNull();
    });
  });

  it("is refused with any one of its entries twice", () => {
    eachPosition((log, [step], known) => {
      if (step === undefined) throw new Error("no entry");
      expect(refusal(log, [step], known)).toBeNull();
      const had = kept(log, known);
      expect(refusal(log, [step], known)).not.toBeNull();
      expect(kept(log, known)).toEqual(had);
    });
  });

  it("is refused with any two neighbours swapped, whatever times the hub gives them", () => {
    eachPosition((log, following, known) => {
      if (following.length < 2) return;
      expect(
        refusal(
          log.copy(),
          [1, 0].flatMap((at) => following[at] ?? []),
          known,
        ),
      ).not.toBeNull();
      expect(refusal(log.copy(), dated(following, [1, 0]), known)).not.toBeNull();
    });
  });

  it("is refused when the hub's times run backwards", () => {
    eachPosition((log, [step], known, place) => {
      if (step === undefined || place === 0) return;
      expect(refusal(log, [{ ...step, receivedAt: log.receivedAt - 1 }], known)).toBe("forged");
    });
  });
});

describe("any changed bit", () => {
  const changed = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte));

  it.each(accepted.map((given) => [given.name, given] as const))("of %s is refused", (_, given) => {
    const known = new Known(shared, given.chains);
    const log = before(shared, given, known);
    const last = stepsOf(given).at(-1);
    if (last === undefined) throw new Error("a log has entries");
    const had = kept(log, known);
    const { header, signature } = last.entry;
    const others = [
      ...Array.from(header, (_byte, at) => ({ header: changed(header, at), signature })),
      ...Array.from(signature, (_byte, at) => ({ header, signature: changed(signature, at) })),
    ];
    const held = others.filter((other) => refusal(log, [{ ...last, entry: other }], known) === null);
    expect(held).toEqual([]);
    expect(kept(log, known)).toEqual(had);
    expect(refusal(log, [last], known)).toBeNull();
  });
});
