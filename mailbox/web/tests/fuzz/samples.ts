/**
 * A good answer for any decoder of `src/hub`, found by trying: a decoder asks an object for its fields one after
 * the other and stops at the first that is wrong, so the field it asked for last is the one to try something else in.
 */
import { KeyholderError } from "@/end/errors";
import type { Decode } from "@/hub/decoding";
import { toBase64 } from "@/protocol/bytes";
import type { Json } from "./mutate";

const BYTES = [16, 32, 64, 1216, 1].map((length) => toBase64(new Uint8Array(length).fill(7)));
const PLAIN: readonly Json[] = [1, 0, ...BYTES, "word", true];

/** An object that is being filled. */
interface Watched {
  readonly values: Record<string, unknown>;
  readonly proxy: object;
}

class Trying {
  /** The last field that was asked for, and of which object. */
  last: { readonly of: Watched; readonly name: string } | null = null;

  watched(): Watched {
    const values: Record<string, unknown> = {};
    const whole: Watched = {
      values,
      proxy: new Proxy(values, {
        getOwnPropertyDescriptor: (target, name) => {
          this.last = { of: whole, name: String(name) };
          return Reflect.getOwnPropertyDescriptor(target, name);
        },
      }),
    };
    return whole;
  }
}

/** Such an answer. Throws Error when none is found: then this must learn a new kind of value. */
export function sampleOf(decode: Decode<unknown>): Json {
  const trying = new Trying();
  const root = trying.watched();
  const isGood = (): boolean => {
    trying.last = null;
    try {
      decode(root.proxy);
      return true;
    } catch (error) {
      if (error instanceof KeyholderError) return false;
      throw error;
    }
  };
  fill(trying, root, isGood);
  if (!isGood()) throw new Error("no good answer was found");
  // Whatever was put in there is JSON.
  return JSON.parse(JSON.stringify(root.values)) as Json;
}

/** Until every field of `whole` is taken. Whether any was asked for. */
function fill(trying: Trying, whole: Watched, isGood: () => boolean): boolean {
  let asked = false;
  while (!isGood() && failing(trying)?.of === whole) {
    asked = true;
    fillOne(trying, whole, failing(trying)?.name ?? "", isGood);
  }
  return asked;
}

/** What was asked for last, read anew: trying changes it. */
function failing(trying: Trying): Trying["last"] {
  return trying.last;
}

function fillOne(trying: Trying, whole: Watched, name: string, isGood: () => boolean): void {
  const isTaken = (): boolean => {
    const good = isGood();
    const last = failing(trying);
    return good || last === null || last.of !== whole || last.name !== name;
  };
  for (const value of [...PLAIN, ...BYTES.map((each) => [each]), [1]]) {
    whole.values[name] = value;
    if (isTaken()) return;
  }
  for (const inList of [true, false]) {
    const child = trying.watched();
    whole.values[name] = inList ? [child.proxy] : child.proxy;
    fill(trying, child, isGood);
    if (isTaken()) return;
  }
  for (const value of [[], {}, null]) {
    whole.values[name] = value;
    if (isTaken()) return;
  }
  throw new Error(`nothing is good enough for ${name}`);
}
