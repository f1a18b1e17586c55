/** What each case asks of the primitives: encoding, signatures, the tree, notes, statements, letters. */
import { fromHex, toHex, utf8 } from "@/protocol/bytes";
import { verifyNote } from "@/protocol/checkpoints";
import { decode, encode, type Raw, taggedHash } from "@/protocol/encoding";
import { checkBoxKey, checkSigningKey } from "@/protocol/keys";
import {
  letterHash,
  letterHeaderId,
  readLetter,
  readLetterHeader,
  verifyReply,
  verifySender,
} from "@/protocol/letters";
import { rootOf, verifyConsistency, verifyInclusion } from "@/protocol/merkle";
import { replay } from "@/protocol/organisation";
import { SigningKey, verify } from "@/protocol/signing";
import { logLeaf, readStatement, reasonCommitment, verifySession } from "@/protocol/statements";
import type { Check, Given } from "./vectors";

/** JSON for a decoded value: bytes become `{"bytes": hex}`. */
function plain(value: Raw): unknown {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  return Array.isArray(value) ? value.map(plain) : value;
}

function value(json: unknown): Raw {
  if (Array.isArray(json)) return json.map(value);
  if (typeof json === "object" && json !== null && "bytes" in json) return fromHex(String(json.bytes));
  return json as Raw; // what cannot be encoded is in the vectors too, and must be refused
}

function letter(shared: Given, given: Given): unknown {
  const read = { header: given.bytes("header"), signature: given.bytes("signature") };
  const header = readLetter(read, shared.bytes("box"), shared.bytes("body"));
  if (given.has("sender")) {
    const events = shared.within("chains").list(given.text("sender")).map(event);
    const receivedAt = given.has("received_at") ? given.number("received_at") : undefined;
    verifySender(read, header, replay(events), receivedAt);
  }
  if (given.has("first")) {
    verifyReply(read, header, readLetterHeader({ header: given.bytes("first"), signature: utf8("") }));
  }
  return { hash: toHex(letterHash(read)), header_id: toHex(letterHeaderId(header)) };
}

function event(stored: unknown): { kind: number; payload: Uint8Array; signature: Uint8Array } {
  if (!Array.isArray(stored)) throw new Error("no event");
  const [kind, payload, signature] = stored.map(String);
  return { kind: Number(kind), payload: fromHex(payload ?? ""), signature: fromHex(signature ?? "") };
}

export const BASIC: Readonly<Record<string, Check>> = {
  decode: (_, given) => {
    const decoded = decode(given.bytes("cbor"));
    if (toHex(encode(decoded)) !== given.text("cbor")) throw new Error("it encodes otherwise");
    return plain(decoded);
  },
  encode: (_, given) => toHex(encode(value(given.any("value")))),
  "tagged-hash": (_, given) => toHex(taggedHash(given.text("label"), ...given.bytesList("parts"))),
  verify: (_, given) => {
    verify(given.bytes("public"), given.text("type"), given.bytes("payload"), given.bytes("signature"));
    return true;
  },
  sign: (_, given) => {
    const key = new SigningKey(given.bytes("seed"));
    return {
      public: toHex(key.public),
      signature: toHex(key.sign(given.text("type"), given.bytes("payload"))),
    };
  },
  "signing-key": (_, given) => {
    checkSigningKey(given.bytes("public"));
    return true;
  },
  "box-key": (_, given) => {
    checkBoxKey(given.bytes("public"));
    return true;
  },
  root: (_, given) => toHex(rootOf(given.bytesList("leaves"))),
  inclusion: (_, given) => {
    const [index, size] = [given.number("index"), given.number("size")];
    verifyInclusion(given.bytes("leaf"), index, size, given.bytesList("path"), given.bytes("root"));
    return true;
  },
  consistency: (_, given) => {
    const [before, after] = [given.number("old"), given.number("new")];
    const roots = [given.bytes("old_root"), given.bytes("new_root")] as const;
    verifyConsistency(before, after, ...roots, given.bytesList("path"));
    return true;
  },
  note: (_, given) => {
    const checkpoint = verifyNote(given.text("note"), given.text("signer"), given.bytes("public"));
    return { ...checkpoint, root: toHex(checkpoint.root) };
  },
  letter,
  statement: (shared, given) => {
    const signed = { payload: given.bytes("payload"), signature: given.bytes("signature") };
    readStatement(signed, given.bytes("public"));
    return toHex(logLeaf(shared.bytes("salt"), signed));
  },
  reason: (_, given) => toHex(reasonCommitment(given.bytes("salt"), given.text("reason"))),
  session: (_, given) => {
    const [session, nonce] = [given.bytes("session"), given.bytes("nonce")];
    verifySession(given.text("hub"), session, nonce, given.bytes("public"), given.bytes("signature"));
    return true;
  },
};
