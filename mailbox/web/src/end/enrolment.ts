/**
 * Becoming a worker: from the single-use link, or by founding an organisation (keyholder/enrolment.py; coming
 * back with the printed kit is in `recovery`).
 *
 * The secret is made here and leaves only wrapped. Words are drawn here and shown once. Five spoken words
 * stand for everything a hub could swap, so a manager who types them admits these keys or nobody.
 */
import { AlarmKind, EvidenceKeeper } from "@/end/alarms";
import type { Trust } from "@/end/authority";
import { BadInput, NotReady } from "@/end/errors";
import { sealedToOneself } from "@/end/profile";
import { Looked, Start, State } from "@/end/signinanswers";
import { ChainPlace } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import type { Sendable } from "@/hub/encoding";
import { compare, fromBase64Url, randomBytes, toHex, utf8 } from "@/protocol/bytes";
import { pack } from "@/protocol/encoding";
import {
  boxHash,
  Event,
  eventHead,
  Genesis,
  keyHash,
  type Member,
  Role,
  type SignedEvent,
  signatureType,
  type WorkerBox,
} from "@/protocol/organisation";
import { organisationInfo, sealBox } from "@/protocol/private/boxes";
import {
  introductionDigest,
  kitSecret,
  OrganisationSecret,
  SALT_BYTES,
  SignInKeys,
  SUITE,
  WorkerSecret,
  type Wrapped,
} from "@/protocol/private/secrets";
import { generateWords, KIT_WORDS, spokenWords } from "@/protocol/private/words";

export const FIRST_WRAP = 1;

/** A box for each of these workers. */
export type Boxes = readonly { readonly worker: Uint8Array; readonly box: Uint8Array }[];

/** Somebody who is about to enrol: nothing was sent yet. */
export interface Prepared {
  readonly token: Uint8Array;
  readonly looked: Looked;
  readonly trust: Trust;
  readonly name: string;
  readonly words: string;
  /** Founding only. */
  readonly kitWords: string | null;
  /** Joining only: five words to tell the manager. */
  readonly spoken: string | null;
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly secret: WorkerSecret;
  readonly address: string;
  readonly keys: SignInKeys;
  readonly wrapped: Uint8Array;
}

/** An enrolment as it travels, made once so that it can be sent again unchanged. */
export interface Sealed {
  readonly body: Sendable;
  readonly made: Made;
  readonly at: number;
}

/** What came of it: five words to tell the manager, or the fingerprint that the authority asks for. */
export interface Made {
  readonly spoken: string | null;
  readonly fingerprint: string | null;
}

/** The one spelling of a sign-in name. */
export function signInName(typed: string): string {
  return typed.normalize("NFC").trim().toLowerCase();
}

/** As `signInName`, of one that the hub takes. Throws BadInput. */
export function newSignInName(typed: string): string {
  const name = signInName(typed);
  if (/^[a-z0-9][a-z0-9._@+-]{1,98}[a-z0-9]$/.test(name)) return name;
  throw new BadInput(
    "Use 3 to 100 letters, digits, dots, hyphens or @ for the sign-in name, such as your mail address.",
    "address",
  );
}

/**
 * The salt of a sign-in name. A hub has one for every name, whoever has it or nobody: an end that enrols takes
 * that one and keeps it with new words, so nobody sees by a changed salt that the name was taken.
 *
 * Throws Alarm: the hub speaks of another hub, or asks for weaker protection.
 */
export async function nameSalt(
  connection: Connection,
  trust: Trust,
  address: string,
  keeper: EvidenceKeeper,
): Promise<Uint8Array> {
  const start = await connection.post("/v1/sign-in/start", { address }, Start, { again: true });
  if (start.suite !== SUITE || start.salt.length !== SALT_BYTES) {
    const material = { salt: start.salt, suite: utf8(String(start.suite)) };
    throw keeper.alarm(AlarmKind.PROTECTION_LOWERED, material);
  }
  if (start.hub !== trust.hub) throw keeper.alarm(AlarmKind.SIGN_IN_CHANGED, { hub: utf8(start.hub) });
  return start.salt;
}

/** The 32 bytes in an enrolment link, or in the part of it after "#". Throws BadInput. */
export function linkToken(text: string): Uint8Array {
  const tail = text.trim().split("#").at(-1) ?? "";
  const token = decodedLink(tail.replace(/=+$/, ""));
  if (token?.length !== 32) {
    throw new BadInput("That is not a whole link. Copy all of it from the mail.", "link");
  }
  return token;
}

/** What a link is for; it is not used up. Throws Alarm: it speaks of another hub than the trusted one. */
export async function look(connection: Connection, trust: Trust, token: Uint8Array): Promise<Looked> {
  const looked = await connection.post("/v1/enrolments/look", { token }, Looked, { again: true });
  if (looked.hub !== trust.hub) {
    throw new EvidenceKeeper().alarm(AlarmKind.KEY_SUBSTITUTED, { hub: utf8(looked.hub) });
  }
  if (!looked.founding && (looked.organisation === null || looked.genesis === null)) {
    throw new NotReady("This link leads nowhere. Ask for a new one.");
  }
  return looked;
}

/**
 * Draw the words and make the secret, for what the link said when it was shown: it is not asked again. About
 * 0.2 s. Nothing is sent but the question for the name's salt.
 */
export async function prepare(
  connection: Connection,
  trust: Trust,
  token: Uint8Array,
  looked: Looked,
  name: string,
  typed: string,
): Promise<Prepared> {
  const address = newSignInName(typed);
  const salt = await nameSalt(connection, trust, address, new EvidenceKeeper());
  const words = generateWords();
  const keys = SignInKeys.derive(words, salt);
  const organisation = looked.organisation ?? randomBytes(16);
  const worker = looked.replaces ?? randomBytes(16);
  const secret = WorkerSecret.generate();
  const place: Wrapped = { hub: trust.hub, organisation, worker, address, version: FIRST_WRAP };
  const wrapped = await keys.lock(secret, place);
  const kitWords = looked.founding ? generateWords(KIT_WORDS) : null;
  const person = { worker, address, signingKey: secret.signing.public, boxKey: secret.box.public };
  const spoken =
    looked.genesis === null || looked.founding
      ? null
      : introduced(trust.hub, looked.invitation, organisation, looked.genesis, person);
  const drawn = { words, kitWords, spoken, organisation, worker, secret, keys, wrapped };
  return { token, looked, trust, name, address, ...drawn };
}

/** Make everything that is sent. `device` is remembered by the hub; null on a shared device. */
export async function seal(prepared: Prepared, device: Uint8Array | null, now: number): Promise<Sealed> {
  const founded = prepared.kitWords === null ? null : await genesis(prepared, prepared.kitWords, now);
  const body: Sendable = {
    token: prepared.token,
    ...credentials(prepared),
    profileBox: await sealedToOneself(prepared, prepared.name, now),
    founding: founded === null ? null : { event: eventRow(founded.event), boxes: founded.boxes },
    device,
  };
  const made =
    founded === null
      ? { spoken: prepared.spoken, fingerprint: null }
      : { spoken: null, fingerprint: spokenWords(eventHead(founded.event)) };
  return { body, made, at: now };
}

/** Send it. The same may be sent again. */
export async function enrol(connection: Connection, sealed: Sealed): Promise<void> {
  await connection.post("/v1/enrolments", sealed.body, State, { again: true });
}

/** The five words for an admission: they fit these keys, this person and this organisation only. */
export function introduced(
  hub: string,
  invitation: Uint8Array,
  organisation: Uint8Array,
  beginning: Uint8Array,
  person: {
    readonly worker: Uint8Array;
    readonly address: string;
    readonly signingKey: Uint8Array;
    readonly boxKey: Uint8Array;
  },
): string {
  const { worker, address, signingKey, boxKey } = person;
  const told = { version: 1, hub, invitation, organisation, genesis: beginning, worker, address };
  return spokenWords(introductionDigest({ ...told, signingKey, boxKey }));
}

/** The organisation's secret, boxed to one member. */
export async function secretBox(
  secret: OrganisationSecret,
  organisation: Uint8Array,
  member: Member,
): Promise<Uint8Array> {
  const info = organisationInfo(organisation, secret.generation, member.worker, keyHash(member.boxKey));
  return await sealBox(member.boxKey, secret.raw, info);
}

/** An event of an organisation's chain, signed. */
export function signEvent(kind: Event, payload: Uint8Array, secret: WorkerSecret): SignedEvent {
  return { kind, payload, signature: secret.signing.sign(signatureType(kind), payload) };
}

/** Hand an event and its boxes to the hub. */
export async function postEvent(
  connection: Connection,
  organisation: Uint8Array,
  event: SignedEvent,
  boxes: Boxes,
  archive: Uint8Array | null = null,
): Promise<ChainPlace> {
  const body: Sendable = { event: eventRow(event), boxes: [...boxes], archive };
  return await connection.post(`/v1/organisations/${toHex(organisation)}/events`, body, ChainPlace);
}

/** A box of `secret` for each of `members`, in order of workers. */
export async function boxesFor(
  secret: OrganisationSecret,
  organisation: Uint8Array,
  members: Iterable<Member>,
): Promise<Boxes> {
  const boxes = [];
  for (const member of members) {
    boxes.push({ worker: member.worker, box: await secretBox(secret, organisation, member) });
  }
  return boxes.sort((one, other) => compare(one.worker, other.worker));
}

/** Which box each was given, as events list it. */
export function boxHashes(boxes: Boxes): WorkerBox[] {
  return boxes.map(({ worker, box }) => ({ worker, boxHash: boxHash(box) }));
}

/** An event as it travels. */
function eventRow(event: SignedEvent): Sendable {
  return { kind: event.kind, payload: event.payload, signature: event.signature };
}

function credentials(prepared: Prepared): Record<string, Sendable> {
  return {
    worker: prepared.worker,
    address: prepared.address,
    signingKey: prepared.secret.signing.public,
    boxKey: prepared.secret.box.public,
    salt: prepared.keys.salt,
    auth: prepared.keys.auth,
    wrapped: prepared.wrapped,
    wrapVersion: FIRST_WRAP,
  };
}

/** The first event of an organisation: its first manager, its printed kit, its first keys. */
async function genesis(
  prepared: Prepared,
  kitWords: string,
  now: number,
): Promise<{ readonly event: SignedEvent; readonly boxes: Boxes }> {
  const { organisation, secret } = prepared;
  const first = OrganisationSecret.generate(1);
  const manager = memberOf(prepared.worker, secret, Role.MANAGER);
  const kit = memberOf(randomBytes(16), kitSecret(kitWords, organisation), Role.KIT);
  const boxes = await boxesFor(first, organisation, [manager, kit]);
  const said: Genesis = {
    version: 1,
    organisation,
    at: now,
    founder: manager,
    kit,
    boxKey: first.box.public,
    boxes: boxHashes(boxes),
  };
  return { event: signEvent(Event.GENESIS, pack(Genesis, said), secret), boxes };
}

/** As a chain lists them. */
export function memberOf(worker: Uint8Array, secret: WorkerSecret, role: Role): Member {
  return { worker, signingKey: secret.signing.public, boxKey: secret.box.public, role };
}

function decodedLink(text: string): Uint8Array | null {
  try {
    return fromBase64Url(text);
  } catch {
    return null;
  }
}
