/**
 * What stands inside a sealed body, one struct for each kind of entry (crypto/private/bodies.py).
 *
 * `sealBody` pads and seals; `openBody` opens, checks the padding and decodes strictly. Names, titles and
 * free text live here and nowhere else.
 */
import * as encoding from "../encoding";
import { type Header, headerId, MAX_BODY } from "../entries";
import { Forged, Malformed, UpdateNeeded } from "../errors";
import { FACTS, Kind } from "../facts";
import { equal } from "../hashing";
import { bodyContext, openContent, pad, sealContent, unpad } from "./content";

export const MAX_ITEMS = 100;

const AUTHOR = encoding.text(1, 100);
const OPTIONAL = encoding.text(0, 4000);

/** A message. `documents` names document versions posted beside it (ids of 16 bytes). */
export interface Said {
  readonly version: number;
  readonly author: string;
  readonly text: string;
  readonly documents: readonly Uint8Array[];
}

export const Said = encoding.struct<Said>({
  version: encoding.VERSION_FIELD,
  author: AUTHOR,
  text: encoding.LONG_TEXT,
  documents: encoding.list(encoding.ID, 0, MAX_ITEMS),
});

/** What the circle is called, and how to reach the victim safely. In `open` and `details`. */
export interface About {
  readonly version: number;
  readonly author: string;
  readonly title: string;
  readonly reference: string;
  readonly safeContact: string;
  readonly contactPerson: string;
}

export const About = encoding.struct<About>({
  version: encoding.VERSION_FIELD,
  author: AUTHOR,
  title: encoding.SHORT_TEXT,
  reference: encoding.text(0, 100),
  safeContact: OPTIONAL,
  contactPerson: encoding.text(0, 200),
});

/** One need: `category` is a code of policies' needs list. */
export interface Need {
  readonly category: number;
  readonly text: string;
  readonly gap: boolean;
}

export const Need = encoding.struct<Need>({ category: encoding.UINT, text: OPTIONAL, gap: encoding.BOOL });

/** The whole care plan. */
export interface CarePlan {
  readonly version: number;
  readonly author: string;
  readonly summary: string;
  readonly needs: readonly Need[];
}

export const CarePlan = encoding.struct<CarePlan>({
  version: encoding.VERSION_FIELD,
  author: AUTHOR,
  summary: encoding.LONG_TEXT,
  needs: encoding.list(Need, 0, MAX_ITEMS),
});

/** What an invitation or an action asks for, or the words that go with an answer or a change. */
export interface Asked {
  readonly version: number;
  readonly author: string;
  readonly title: string;
  readonly text: string;
}

export const Asked = encoding.struct<Asked>({
  version: encoding.VERSION_FIELD,
  author: AUTHOR,
  title: encoding.text(0, 200),
  text: encoding.LONG_TEXT,
});

/**
 * Everything about one document version that its reader checks the stored object against. `size` is the
 * true size, `padded` the size after Padmé, `stored` the object's, all in bytes; `segments` is the
 * RFC 6962 root over SHA-256 of the object's segments; `modifiedAt` is UTC milliseconds.
 */
export interface Manifest {
  readonly version: number;
  readonly author: string;
  readonly document: Uint8Array;
  readonly number: number;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly padded: number;
  readonly stored: number;
  readonly plaintextHash: Uint8Array;
  readonly segments: Uint8Array;
  readonly key: Uint8Array;
  readonly modifiedAt: number;
  readonly description: string;
}

export const Manifest = encoding.struct<Manifest>({
  version: encoding.VERSION_FIELD,
  author: AUTHOR,
  document: encoding.ID,
  number: encoding.UINT,
  name: encoding.text(1, 255),
  mediaType: encoding.text(3, 127),
  size: encoding.UINT,
  padded: encoding.UINT,
  stored: encoding.UINT,
  plaintextHash: encoding.HASH,
  segments: encoding.HASH,
  key: encoding.KEY32,
  modifiedAt: encoding.TIME,
  description: OPTIONAL,
});

/** What a body can be; the kind of its entry says which (`isAbout`, ... narrow it). */
export type Body = Said | About | CarePlan | Asked | Manifest;

/** The codec of bodies of `kind`. Throws UpdateNeeded for a kind this program does not know. */
export function bodyType(kind: number): encoding.Codec<Body> {
  const known: readonly number[] = Object.values(Kind);
  if (!known.includes(kind)) throw new UpdateNeeded("a later kind of entry");
  // A codec of one shape is used for bodies of that kind alone: `sealBody` and `openBody` see to it.
  return (BODIES.get(kind) ?? Asked) as encoding.Codec<Body>;
}

const BODIES = new Map<number, unknown>([
  [Kind.OPEN, About],
  [Kind.DETAILS, About],
  [Kind.MESSAGE, Said],
  [Kind.DOCUMENT, Manifest],
  [Kind.PLAN, CarePlan],
]);

/**
 * Pad and seal `body` under `key` (32 bytes) for `header` (whose sealedHash may still be empty).
 *
 * Throws Malformed if it has not the shape of the header's kind, or is longer than 256 KiB once sealed.
 */
export async function sealBody(key: Uint8Array, header: Header, body: Body): Promise<Uint8Array> {
  const codec = bodyType(header.kind);
  const packed = encoding.pack(codec, body);
  encoding.unpack(codec, packed);
  const sealed = await sealContent(key, bodyContext(headerId(header)), pad(packed));
  if (sealed.length > MAX_BODY) throw new Malformed(`too long: at most ${MAX_BODY / 1024} KiB once sealed`);
  return sealed;
}

/**
 * Open and decode a body that was checked against `header.sealedHash`.
 *
 * Throws NotForMe, Malformed, UpdateNeeded.
 */
export async function openBody(key: Uint8Array, header: Header, sealed: Uint8Array): Promise<Body> {
  const padded = await openContent(key, bodyContext(headerId(header)), sealed);
  return encoding.unpack(bodyType(header.kind), unpad(padded), MAX_BODY);
}

/** Whether a body is a message's. */
export function isSaid(body: Body): body is Said {
  return "documents" in body;
}

/** Whether a body tells of the circle. */
export function isAbout(body: Body): body is About {
  return "safeContact" in body;
}

/** Whether a body is a care plan. */
export function isCarePlan(body: Body): body is CarePlan {
  return "needs" in body;
}

/** Whether a body is a document's manifest. */
export function isManifest(body: Body): body is Manifest {
  return "plaintextHash" in body;
}

/** Whether a body is what every other kind has. */
export function isAsked(body: Body): body is Asked {
  return "title" in body && "text" in body;
}

/**
 * Require that a manifest describes the document version which its entry's facts name, so that the hub's
 * view and the readers' view are of the same object. Throws Forged.
 */
export function checkManifest(header: Header, manifest: Manifest): void {
  if (header.kind !== Kind.DOCUMENT) throw new Forged("that entry holds no document");
  const facts = FACTS[Kind.DOCUMENT].read(header.facts);
  const same = equal(facts.document, manifest.document) && facts.number === manifest.number;
  if (!same || facts.size !== manifest.stored) {
    throw new Forged("the manifest is of another document than its entry");
  }
}
