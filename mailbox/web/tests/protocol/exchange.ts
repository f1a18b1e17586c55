/**
 * The browser's half of tests/web/test_both_directions.py: opens what Python sealed, and seals for Python.
 * What cannot be opened throws, and fails that test.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fromHex, toHex } from "@/protocol/bytes";
import { pack, unpack } from "@/protocol/encoding";
import { Header } from "@/protocol/entries";
import { sha256 } from "@/protocol/hashing";
import { bodyType, isManifest, openBody, sealBody } from "@/protocol/private/bodies";
import { BoxSecret, sealBox } from "@/protocol/private/boxes";
import { DocumentSealer, openDocument } from "@/protocol/private/documents";
import { RangeOpener } from "@/protocol/private/ranges";
import { Rewraps } from "@/protocol/private/rewraps";
import { OrganisationSecret, SignInKeys, WorkerSecret } from "@/protocol/private/secrets";
import { PasskeyKeys, PinKeys } from "@/protocol/private/unlocking";
import { sodiumReady } from "@/protocol/sodium";
import { SigningKey, verify } from "@/protocol/signing";
import { gathered, hashesOf, wrapped } from "./secret";
import { Given } from "./vectors";

type Answer = Readonly<Record<string, string | number>>;

async function boxes(given: Given): Promise<Answer> {
  const [secret, info] = [new BoxSecret(given.bytes("seed")), given.bytes("info")];
  const opened = await secret.open(given.bytes("box"), info);
  return { opened: toHex(opened), box: toHex(await sealBox(given.bytes("public"), opened, info)) };
}

async function bodies(given: Given): Promise<Answer> {
  const [header, key] = [unpack(Header, given.bytes("header")), given.bytes("key")];
  const body = await openBody(key, header, given.bytes("sealed"));
  return {
    opened: toHex(pack(bodyType(header.kind), body)),
    sealed: toHex(await sealBody(key, header, body)),
  };
}

async function documents(given: Given): Promise<Answer> {
  const [header, key, circle] = [
    unpack(Header, given.bytes("header")),
    given.bytes("key"),
    given.bytes("circle"),
  ];
  const manifest = await openBody(key, header, given.bytes("sealed"));
  if (!isManifest(manifest)) throw new Error("no manifest");
  const stored = new Uint8Array(readFileSync(given.text("stored")));
  const opened = await gathered(openDocument(manifest, circle, [stored]));
  const [start, stop] = [given.number("start"), given.number("stop")];
  const ranges = await RangeOpener.open(manifest, circle, hashesOf(stored), (span) =>
    Promise.resolve(stored.slice(span.start, span.stop)),
  );
  const sealer = new DocumentSealer(manifest.key, circle, manifest.document, manifest.number, opened.length);
  writeFileSync(given.text("answer"), await gathered(sealer.seal([opened])));
  const again = await sealBody(key, header, { ...manifest, ...sealer.sealed });
  return {
    opened: toHex(sha256(opened)),
    range: toHex(await ranges.read(start, stop)),
    sealed: toHex(again),
  };
}

/** Each way to the worker secret: what Python locked is opened, and locked again. */
async function wraps(given: Given): Promise<Answer> {
  const bound = wrapped(given);
  const half = given.bytes("hub_half");
  const credential = given.bytes("credential");
  const words = SignInKeys.derive(given.text("words"), given.bytes("salt"));
  const passkey = PasskeyKeys.derive(given.bytes("output"), bound.hub);
  const pin = PinKeys.derive(given.text("pin"), given.bytes("device_half"), bound.worker);
  const byWords = await words.open(given.bytes("by_words"), bound);
  const byPasskey = await passkey.open(given.bytes("by_passkey"), credential, bound);
  const byPin = await pin.open(given.bytes("by_pin"), half, bound);
  return {
    opened: [byWords, byPasskey, byPin].map((secret) => toHex(secret.raw)).join(" "),
    by_words: toHex(await words.lock(byWords, bound)),
    by_passkey: toHex(await passkey.lock(byPasskey, credential, bound)),
    by_pin: toHex(await pin.lock(byPin, half, bound)),
  };
}

async function organisation(given: Given): Promise<Answer> {
  const secret = new OrganisationSecret(given.bytes("secret"), 2);
  const id = given.bytes("organisation");
  const old = await secret.openArchive(id, given.bytes("archive"), given.bytes("old_public"));
  const copies = new Rewraps(secret, id);
  const [circle, committed] = [given.bytes("circle"), given.bytes("commitment")];
  const epochKey = await copies.open(circle, 3, given.bytes("copy"), committed);
  return {
    opened: `${toHex(old.raw)} ${toHex(epochKey)}`,
    archive: toHex(await secret.archive(id, old)),
    copy: toHex(await copies.lock(circle, 3, epochKey)),
  };
}

function signatures(given: Given): Answer {
  const payload = given.bytes("payload");
  verify(given.bytes("public"), "entry", payload, given.bytes("signature"));
  const key = new SigningKey(fromHex(given.text("seed")));
  const worker = new WorkerSecret(given.bytes("seed")).signing;
  return {
    signature: toHex(key.sign("entry", payload)),
    public: toHex(key.public),
    worker: toHex(worker.public),
  };
}

/** Everything Python asked, by the name it asked under. */
export async function answer(
  asked: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, Answer>>> {
  await sodiumReady();
  const given = new Given(asked);
  return {
    boxes: await boxes(given.within("boxes")),
    bodies: await bodies(given.within("bodies")),
    documents: await documents(given.within("documents")),
    wraps: await wraps(given.within("wraps")),
    organisation: await organisation(given.within("organisation")),
    signatures: signatures(given.within("signatures")),
  };
}
