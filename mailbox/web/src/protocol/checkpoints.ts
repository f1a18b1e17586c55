/**
 * Signed notes: the C2SP tlog-checkpoint over the access log (crypto/checkpoints.py).
 *
 * Three lines (origin, size, base64 root), an empty line, and lines "— name base64(key id || signature)".
 * Origins never start with "kith/1/", so that a note never passes for a typed signature. Lines by other
 * signers (witnesses) may have another form; they are carried and ignored.
 */
import { concat, fromBase64, toBase64, utf8 } from "./bytes";
import { MAX_INTEGER } from "./cbor";
import { Forged, Malformed } from "./errors";
import { equal, sha256 } from "./hashing";
import { SigningKey, verifyRaw } from "./signing";

export const MAX_NOTE = 4096;

const ED25519 = Uint8Array.of(1);
const NAME = /^[^\s+]{1,200}$/u;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** What a note says: the log named `origin` had `size` leaves under `root` (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

interface SignatureLine {
  readonly name: string;
  readonly raw: Uint8Array;
}

/** The signed text, ending in a newline. */
export function noteBody(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** The four bytes by which a signature line names its key. */
export function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), ED25519, publicKey)).slice(0, 4);
}

/** The whole note, signed by the 32-byte Ed25519 `seed` under `name`. Throws Malformed. */
export function signNote(checkpoint: Checkpoint, name: string, seed: Uint8Array): string {
  checkOrigin(checkpoint.origin);
  if (!NAME.test(name)) throw new Malformed("a signer's name has no space and no plus");
  const key = new SigningKey(seed);
  const body = noteBody(checkpoint);
  const line = toBase64(concat(keyId(name, key.public), key.signRaw(utf8(body))));
  return `${body}\n— ${name} ${line}\n`;
}

/**
 * Read a note (at most 4,096 characters) and require a valid signature by `publicKey` under `name`.
 *
 * Throws Malformed if it is not a checkpoint note, Forged if that signature is missing or wrong.
 */
export function verifyNote(note: string, name: string, publicKey: Uint8Array): Checkpoint {
  const { checkpoint, signatures } = parse(note);
  const wanted = keyId(name, publicKey);
  const line = signatures.find((one) => one.name === name && equal(one.raw.subarray(0, 4), wanted));
  if (line === undefined) throw new Forged("the checkpoint is not signed by this hub");
  verifyRaw(publicKey, utf8(noteBody(checkpoint)), line.raw.subarray(4));
  return checkpoint;
}

function parse(note: string): { checkpoint: Checkpoint; signatures: SignatureLine[] } {
  if (note.length > MAX_NOTE || !note.endsWith("\n")) throw new Malformed("not a checkpoint note");
  const gap = note.indexOf("\n\n");
  const [origin, size, root, ...more] = note.slice(0, Math.max(gap, 0)).split("\n");
  if (gap < 0 || origin === undefined || size === undefined || root === undefined || more.length > 0) {
    throw new Malformed("a checkpoint has three lines before its signatures");
  }
  checkOrigin(origin);
  const checkpoint = { origin, size: plainNumber(size), root: rootLine(root) };
  return {
    checkpoint,
    signatures: note
      .slice(gap + 2, -1)
      .split("\n")
      .map(signatureLine),
  };
}

function plainNumber(text: string): number {
  const number = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || String(number) !== text || number > MAX_INTEGER) {
    throw new Malformed("the size is not a plain number");
  }
  return number;
}

function signatureLine(line: string): SignatureLine {
  const [dash, name, raw, ...more] = line.split(" ");
  if (dash !== "—" || name === undefined || name === "" || raw === undefined || more.length > 0) {
    throw new Malformed("not a signature line");
  }
  return { name, raw: fromBase64(raw) };
}

function rootLine(line: string): Uint8Array {
  const root = fromBase64(line);
  if (root.length !== 32) throw new Malformed("a root is 32 bytes");
  return root;
}

function checkOrigin(origin: string): void {
  if (origin === "" || origin.startsWith("kith/1/") || UNPRINTABLE.test(origin)) {
    throw new Malformed("not a checkpoint origin");
  }
}
