/** How a vector file is read, and how one case of it ends (tests/vectors/form.py and its README). */
import { readdirSync, readFileSync } from "node:fs";
import { concat, fromHex } from "@/protocol/bytes";
import { CryptoError } from "@/protocol/errors";

const FOLDER = new URL("../../../../tests/vectors/", import.meta.url);

/** Inputs by name, each read as what it should be; a file that holds something else is broken. */
export class Given {
  constructor(readonly raw: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return name in this.raw;
  }

  any(name: string): unknown {
    if (!this.has(name)) throw new Error(`the vectors hold no ${name}`);
    return this.raw[name];
  }

  text(name: string): string {
    const value = this.any(name);
    if (typeof value !== "string") throw new Error(`${name} is no text`);
    return value;
  }

  number(name: string): number {
    const value = this.any(name);
    if (typeof value !== "number") throw new Error(`${name} is no number`);
    return value;
  }

  bytes(name: string): Uint8Array {
    return fromHex(this.text(name));
  }

  list(name: string): readonly unknown[] {
    const value = this.any(name);
    if (!Array.isArray(value)) throw new Error(`${name} is no list`);
    return value;
  }

  bytesList(name: string): Uint8Array[] {
    return this.list(name).map((item) => fromHex(String(item)));
  }

  /** What stands under `name`, as inputs of its own. */
  within(name: string): Given {
    return given(this.any(name));
  }

  /** Bytes put together from `parts`: literal `hex`, or slices of `sources` (`from`, `start`, `stop`). */
  joined(name: string, sources: Given): Uint8Array {
    return concat(...this.list(name).map((part) => slice(given(part), sources)));
  }
}

function given(value: unknown): Given {
  if (typeof value !== "object" || value === null) throw new Error("no such inputs");
  return new Given(Object.fromEntries(Object.entries(value)));
}

function slice(part: Given, sources: Given): Uint8Array {
  if (part.has("hex")) return part.bytes("hex");
  const whole = sources.bytes(part.text("from"));
  const start = part.has("start") ? part.number("start") : 0;
  const stop = part.has("stop") && part.any("stop") !== null ? part.number("stop") : whole.length;
  return whole.slice(start, stop);
}

/** What one check does with the file's shared things and a case: the result as JSON holds it. */
export type Check = (shared: Given, given: Given) => unknown;

export interface Vectors {
  readonly shared: Given;
  readonly cases: readonly Given[];
}

/** One vector file. */
export function load(name: string): Vectors {
  const file = given(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")));
  return { shared: file.within("shared"), cases: file.list("cases").map(given) };
}

/** The names of all vector files. */
export function files(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(".json", ""));
}

/** How a case ends: the code of its refusal, or its result. */
export async function outcome(
  checks: Readonly<Record<string, Check>>,
  shared: Given,
  one: Given,
): Promise<unknown> {
  const check = checks[one.text("check")];
  if (check === undefined) throw new Error(`no check is called ${one.text("check")}`);
  try {
    return { result: await check(shared, one) };
  } catch (refusal) {
    if (refusal instanceof CryptoError) return { refused: refusal.code };
    throw refusal;
  }
}

/** How a case should end. */
export function expected(one: Given): unknown {
  return one.has("refused") ? { refused: one.text("refused") } : { result: one.any("result") };
}

/** `length` bytes that count 0 to 250 again and again: a plaintext that needs no storing. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at % 251);
}
