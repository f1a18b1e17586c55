/**
 * Hostile input for every parser of this end: each gets N inputs. Nothing but a refusal of its own kind may come
 * out, nothing may take long, and whatever is accepted must be its own one encoding.
 */
import { KeyholderError } from "@/end/errors";
import { equal, toHex } from "@/protocol/bytes";
import { CryptoError } from "@/protocol/errors";
import { sodiumReady } from "@/protocol/sodium";
import { Chance } from "../protocol/chance";
import { changedBytes, changedJson, type Json } from "./mutate";
import { type Target, targets } from "./targets";

const SLOW_MS = 1000;

/** What happened to one parser's inputs. */
export interface Count {
  inputs: number;
  accepted: number;
  slowestMs: number;
}

/** Feed one parser. Throws Error at the first input that is not handled rightly. */
export function fuzz(name: string, target: Target, inputs: number, seed: number): Count {
  const chance = new Chance(seed);
  const count: Count = { inputs: 0, accepted: 0, slowestMs: 0 };
  if ("decode" in target) {
    const one = (json: Json): void =>
      fed(name, count, JSON.stringify(json), () => (target.decode(json), true));
    for (const good of target.seeds) one(good);
    const near = target.seeds[0] ?? null;
    while (count.inputs < inputs) one(changedJson(chance, near));
  } else {
    const one = (data: Uint8Array): void =>
      fed(name, count, toHex(data), () => {
        const again = target.read(data);
        return again === null || equal(again, data);
      });
    for (const good of target.seeds) one(good);
    while (count.inputs < inputs) one(changedBytes(chance, target.seeds));
  }
  return count;
}

function fed(name: string, count: Count, input: string, read: () => boolean): void {
  const begun = performance.now();
  let right = true;
  try {
    right = read();
    count.accepted += 1;
  } catch (error) {
    if (!(error instanceof CryptoError || error instanceof KeyholderError)) {
      throw new Error(`${name} threw ${String(error)} on ${input}`, { cause: error });
    }
  }
  const taken = performance.now() - begun;
  count.inputs += 1;
  count.slowestMs = Math.max(count.slowestMs, taken);
  if (!right) throw new Error(`${name} accepted ${input}`);
  if (taken > SLOW_MS) throw new Error(`${name} took ${taken.toFixed(0)} ms on ${input}`);
}

/** The command: what is asked for, and a line for each parser. */
export async function main(args: readonly string[], write: (line: string) => void): Promise<void> {
  await sodiumReady();
  const known = targets();
  const option = (name: string, otherwise: number): number => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const named = args.filter((arg, at) => !arg.startsWith("--") && !args[at - 1]?.startsWith("--"));
  const unknown = named.filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`no such parser: ${unknown.join(", ")}`);
  write(
    `${"parser".padEnd(26)}${"inputs".padStart(10)}${"accepted".padStart(10)}${"slowest ms".padStart(12)}`,
  );
  for (const name of named.length > 0 ? named : Object.keys(known)) {
    const target = known[name];
    if (target === undefined) continue;
    const count = fuzz(name, target, option("inputs", 1_000_000), option("seed", 1));
    const numbers = [String(count.inputs).padStart(10), String(count.accepted).padStart(10)];
    write(`${name.padEnd(26)}${numbers.join("")}${count.slowestMs.toFixed(2).padStart(12)}`);
  }
}
