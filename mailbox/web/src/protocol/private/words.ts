/**
 * Words that stand for secrets and fingerprints: the EFF large list without its hyphenated words
 * (crypto/private/words.py). 7,772 words, so six are about 77.5 bits and five about 64.6.
 *
 * The list is by the Electronic Frontier Foundation, CC BY 3.0. It is large: only the vault worker
 * imports this file.
 */
import listed from "../../../../../crypto/private/words.txt?raw";
import { randomBytes, toHex } from "../bytes";
import { Malformed } from "../errors";

export const SIGN_IN_WORDS = 6;
export const SPOKEN_WORDS = 5;
export const KIT_WORDS = 8;

const MAX_TYPED = 400;
const WORDS: readonly string[] = listed.split(/\s+/).filter((word) => word !== "");
const KNOWN: ReadonlySet<string> = new Set(WORDS);

/** The 7,772 words, sorted. */
export function wordList(): readonly string[] {
  return WORDS;
}

/** `count` words drawn at random, separated by spaces. Never chosen by a person. */
export function generateWords(count = SIGN_IN_WORDS): string {
  return Array.from({ length: count }, () => WORDS[drawn(WORDS.length)]).join(" ");
}

/**
 * The one spelling of what was typed: case, spaces, hyphens, accents and full stops do not matter.
 *
 * Throws Malformed if it is not exactly `count` words of the list; the detail names the first word that
 * is not in it.
 */
export function normaliseWords(typed: string, count: number): string {
  if (typed.length > 2 * MAX_TYPED || [...typed].length > MAX_TYPED) throw new Malformed("that is too long");
  const folded = typed
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/\p{Mn}/gu, "");
  const words = folded.match(/[a-z]+/g) ?? [];
  const unknown = words.find((word) => !KNOWN.has(word));
  if (unknown !== undefined) throw new Malformed(`“${unknown}” is not one of the words`);
  if (words.length !== count) throw new Malformed(`there should be ${count} words, not ${words.length}`);
  return words.join(" ");
}

/** `count` words for a digest of 32 bytes, to be read aloud and typed. */
export function spokenWords(digest: Uint8Array, count = SPOKEN_WORDS): string {
  const size = BigInt(WORDS.length);
  let number = BigInt(`0x${toHex(digest)}`);
  const chosen: string[] = [];
  for (let made = 0; made < count; made++) {
    chosen.push(WORDS[Number(number % size)] ?? "");
    number /= size;
  }
  return chosen.join(" ");
}

/** A number below `bound` (at most 2^16), each as likely: draws that would favour small ones are repeated. */
function drawn(bound: number): number {
  const fair = 0x10000 - (0x10000 % bound);
  for (;;) {
    const [high = 0, low = 0] = randomBytes(2);
    const number = high * 256 + low;
    if (number < fair) return number % bound;
  }
}
