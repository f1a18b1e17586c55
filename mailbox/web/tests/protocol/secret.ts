/** What each case asks of keys, words, boxes, content and documents. */
import { concat, equal, fromHex, toHex, utf8 } from "@/protocol/bytes";
import { type Raw, unpack } from "@/protocol/encoding";
import { sha256 } from "@/protocol/hashing";
import type { Manifest } from "@/protocol/private/bodies";
import * as boxes from "@/protocol/private/boxes";
import * as content from "@/protocol/private/content";
import * as documents from "@/protocol/private/documents";
import { RangeOpener } from "@/protocol/private/ranges";
import { Rewraps } from "@/protocol/private/rewraps";
import { PasskeyKeys, passkeyInput, PinKeys } from "@/protocol/private/unlocking";
import * as secrets from "@/protocol/private/secrets";
import * as words from "@/protocol/private/words";
import { type Check, Given, pattern } from "./vectors";

/** Makers of infos by label; their arguments are those of the vectors, in order. */
const INFOS: Readonly<Record<string, (...bound: never[]) => Uint8Array>> = {
  epoch: boxes.epochInfo,
  "entry-key": boxes.entryKeyInfo,
  body: boxes.bodyInfo,
  organisation: boxes.organisationInfo,
  letter: boxes.letterInfo,
  profile: boxes.profileInfo,
  reason: boxes.reasonInfo,
};

function info(_: Given, given: Given): unknown {
  const bound = given
    .list("arguments")
    .map((one): Raw => (typeof one === "string" ? fromHex(one) : Number(one)));
  // Each maker's arguments are as the vectors list them.
  return toHex(INFOS[given.text("label")]?.(...(bound as never[])) ?? utf8("no such label"));
}

export function wrapped(given: Given): secrets.Wrapped {
  return {
    hub: given.text("hub"),
    organisation: given.bytes("organisation"),
    worker: given.bytes("worker"),
    address: given.text("address"),
    version: given.number("version"),
  };
}

const stretched = new Map<string, PinKeys>();

/** Many cases have the same PIN, and Argon2id is slow on purpose. */
function pinKeys(given: Given): PinKeys {
  const same = ["pin", "device_half", "worker"].map((name) => given.text(name)).join(" ");
  const keys =
    stretched.get(same) ??
    PinKeys.derive(given.text("pin"), given.bytes("device_half"), given.bytes("worker"));
  stretched.set(same, keys);
  return keys;
}

async function openContent(shared: Given, given: Given): Promise<unknown> {
  const sealed = given.joined("parts", shared.within("sealed"));
  return judged(await content.openContent(given.bytes("key"), given.bytes("context"), sealed));
}

function judged(opened: Uint8Array): unknown {
  return { length: opened.length, is_pattern: equal(opened, pattern(opened.length)) };
}

function manifest(shared: Given, given: Given): Manifest {
  const kept = shared.within("manifests").within(given.text("manifest"));
  const values = new Given({ ...kept.raw, ...(given.has("changes") ? given.within("changes").raw : {}) });
  const text = (name: string): string => values.text(name);
  return {
    ...{ version: values.number("version"), author: text("author"), document: values.bytes("document") },
    ...{ number: values.number("number"), name: text("name"), mediaType: text("media_type") },
    ...{ size: values.number("size"), padded: values.number("padded"), stored: values.number("stored") },
    ...{ plaintextHash: values.bytes("plaintext_hash"), segments: values.bytes("segments") },
    ...{ key: values.bytes("key") },
    ...{ modifiedAt: values.number("modified_at"), description: text("description") },
  };
}

/** SHA-256 of each segment, as the hub keeps them. */
export function hashesOf(stored: Uint8Array): Uint8Array {
  const count = documents.segmentCount(stored.length);
  const spans = Array.from({ length: count }, (_, at) => documents.segmentSpan(at, stored.length));
  return concat(...spans.map(({ start, stop }) => sha256(stored.subarray(start, stop))));
}

export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return concat(...parts);
}

async function openDocument(shared: Given, given: Given): Promise<unknown> {
  const [described, circle] = [manifest(shared, given), shared.bytes("circle")];
  const stored = given.joined("parts", shared.within("sealed"));
  const pieces = [stored.subarray(0, 100), stored.subarray(100)];
  const opened = await gathered(documents.openDocument(described, circle, pieces));
  const hashes = hashesOf(stored);
  const fetched = ({ start, stop }: documents.Span): Promise<Uint8Array> =>
    Promise.resolve(stored.slice(start, stop));
  const ranged = await RangeOpener.open(described, circle, hashes, fetched);
  if (!equal(await ranged.read(0, opened.length), opened)) throw new Error("ranges give another file");
  return judged(opened);
}

export const SECRET: Readonly<Record<string, Check>> = {
  "word-list": () => {
    const list = words.wordList();
    return { count: list.length, sha256: toHex(sha256(utf8(list.join("\n")))) };
  },
  normalise: (_, given) => words.normaliseWords(given.text("typed"), given.number("count")),
  spoken: (_, given) => words.spokenWords(given.bytes("digest")),
  "sign-in": (_, given) => {
    const keys = secrets.SignInKeys.derive(given.text("words"), given.bytes("salt"));
    return { auth: toHex(keys.auth), wrap: toHex(keys.wrap) };
  },
  kit: (_, given) => toHex(secrets.kitSecret(given.text("words"), given.bytes("organisation")).raw),
  introduction: (_, given) => {
    const digest = secrets.introductionDigest(unpack(secrets.Introduction, given.bytes("cbor")));
    return { digest: toHex(digest), spoken: words.spokenWords(digest) };
  },
  "worker-secret": (_, given) => {
    const secret = new secrets.WorkerSecret(given.bytes("secret"));
    const { signing, box, pins } = secret;
    return { signing: toHex(signing.public), box: toHex(box.public), pins: toHex(pins) };
  },
  "organisation-secret": (_, given) => {
    const secret = new secrets.OrganisationSecret(given.bytes("secret"), given.number("generation"));
    return { box_sha256: toHex(sha256(secret.box.public)), rewrap: toHex(secret.rewrap) };
  },
  unlock: async (_, given) =>
    toHex(await secrets.unlock(given.bytes("key"), given.bytes("locked"), given.bytes("associated"))),
  unwrap: async (_, given) => {
    const keys = new secrets.SignInKeys(utf8(""), given.bytes("wrap_key"), given.bytes("salt"));
    return toHex((await keys.open(given.bytes("wrapped"), wrapped(given))).raw);
  },
  "open-archive": async (shared, given) => {
    const secret = new secrets.OrganisationSecret(given.bytes("secret"), given.number("generation"));
    const listed = shared.within("publics").bytes(given.text("public"));
    const opened = await secret.openArchive(given.bytes("organisation"), given.bytes("archive"), listed);
    return { secret: toHex(opened.raw), generation: opened.generation };
  },
  passkey: (_, given) => {
    const keys = PasskeyKeys.derive(given.bytes("output"), given.text("hub"));
    const input = passkeyInput(given.text("hub"));
    return { input: toHex(input), auth: toHex(keys.auth), wrap: toHex(keys.wrap) };
  },
  "open-passkey": async (_, given) => {
    const keys = PasskeyKeys.derive(given.bytes("output"), given.text("hub"));
    const opened = await keys.open(given.bytes("locked"), given.bytes("credential"), wrapped(given));
    return toHex(opened.raw);
  },
  pin: (_, given) => {
    const keys = pinKeys(given);
    return { check: toHex(keys.check), wrap: toHex(keys.wrapKey(given.bytes("hub_half"))) };
  },
  "open-pin": async (_, given) => {
    const opened = pinKeys(given).open(given.bytes("locked"), given.bytes("hub_half"), wrapped(given));
    return toHex((await opened).raw);
  },
  "open-rewrap": async (_, given) => {
    const secret = new secrets.OrganisationSecret(given.bytes("secret"), given.number("generation"));
    const copies = new Rewraps(secret, given.bytes("organisation"));
    const [circle, committed] = [given.bytes("circle"), given.bytes("commitment")];
    return toHex(await copies.open(circle, given.number("epoch"), given.bytes("wrapped"), committed));
  },
  "open-box": async (shared, given) => {
    const secret = new boxes.BoxSecret(given.bytes("seed"));
    return toHex(await secret.open(given.joined("box", shared.within("sealed")), given.bytes("info")));
  },
  "seal-box": async (_, given) =>
    (await boxes.sealBox(given.bytes("public"), new Uint8Array(32), utf8("info"))).length,
  "box-public": (_, given) => toHex(new boxes.BoxSecret(given.bytes("seed")).public),
  info,
  "open-content": openContent,
  pad: (_, given) => toHex(content.pad(given.bytes("plaintext"))),
  unpad: (_, given) => toHex(content.unpad(given.bytes("padded"))),
  sizes: (_, given) => {
    const length = given.number("length");
    return {
      padme: content.padme(length),
      sealed: content.sealedSize(length),
      document_padded: documents.paddedSize(length),
      document_stored: documents.storedSize(length),
    };
  },
  "entry-key": (_, given) => toHex(content.entryKey(given.bytes("epoch_key"), given.bytes("header_id"))),
  commitment: (_, given) =>
    toHex(content.commitment(given.bytes("circle"), given.number("epoch"), given.bytes("epoch_key"))),
  contexts: (_, given) => {
    const [one, two] = [given.bytes("id"), given.bytes("document")];
    return {
      body: toHex(content.bodyContext(one)),
      document: toHex(content.documentContext(one, two, given.number("version"))),
      letter: toHex(content.letterContext(one)),
    };
  },
  "open-document": openDocument,
};
