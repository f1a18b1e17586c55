/**
 * Signing in: words, a passkey or a PIN to keys, keys to the secret, the secret to a session; and nothing on
 * the hub's word (keyholder/session.py).
 *
 * The hub's name comes from the trusted root, the strength of the words' stretching from the program. What the
 * secret gives must be what the organisation's signed records list for this worker.
 */
import { AccessLog } from "@/end/accesslog";
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { Authority, type Trust } from "@/end/authority";
import { Desk, type Me } from "@/end/desk";
import { Directory } from "@/end/directory";
import { nameSalt, signInName } from "@/end/enrolment";
import { NotReady, Refused, WrongWords } from "@/end/errors";
import { OrganisationKeys } from "@/end/orgkeys";
import { Pins } from "@/end/pins";
import { Proved, Token } from "@/end/signinanswers";
import { LocalState, placeOf } from "@/end/state";
import type { Store } from "@/end/store";
import { Unproved } from "@/end/unproved";
import type { Connection } from "@/hub/connection";
import { equal } from "@/protocol/bytes";
import { CryptoError, Malformed } from "@/protocol/errors";
import { SignInKeys, type WorkerSecret } from "@/protocol/private/secrets";
import { normaliseWords, SIGN_IN_WORDS } from "@/protocol/private/words";
import { signSession } from "@/protocol/statements";

const NONE = new Uint8Array(0);
const NOT_ADMITTED = "Your manager has not admitted you yet. Tell them your five words.";

/** The hub's challenge: a session begins with the worker's signature over it. */
export interface Challenge {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly session: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Whom this device knows: another is an alarm. */
export interface Expected {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
}

/** A worker's opened secret, and the challenge to sign with it. */
export interface Unlocked {
  readonly challenge: Challenge;
  readonly secret: WorkerSecret;
  readonly address: string;
}

/** Words made into keys, for one sign-in name: what a code from the mail is added to. */
export interface Stretched {
  readonly address: string;
  readonly keys: SignInKeys;
}

/** Words to keys. About 0.2 s. Throws WrongWords, Alarm. */
export async function stretchWords(
  connection: Connection,
  trust: Trust,
  typedAddress: string,
  typedWords: string,
  keeper: EvidenceKeeper,
): Promise<Stretched> {
  const address = signInName(typedAddress);
  const words = wordsOf(typedWords);
  const salt = await saltOf(connection, trust, address, keeper);
  return { address, keys: SignInKeys.derive(words, salt) };
}

/**
 * Open the worker's secret with stretched words. It opens for their own organisation alone.
 *
 * Throws WrongWords: the hub does not know these words. Refused "code-needed", "code-wrong". Alarm: what it
 * keeps beside them was changed.
 */
export async function unlock(
  connection: Connection,
  trust: Trust,
  stretched: Stretched,
  proof: { readonly device: Uint8Array | null; readonly code: string | null },
  keeper: EvidenceKeeper,
  expected: Expected | null,
): Promise<Unlocked & { readonly wrapVersion: number }> {
  const { address, keys } = stretched;
  const proved = await prove(connection, { address, auth: keys.auth, ...proof });
  const place = { hub: trust.hub, address, version: proved.wrapVersion };
  const wrapped = { ...place, organisation: proved.organisation, worker: proved.worker };
  const secret = await opened(() => keys.open(proved.wrapped, wrapped), proved.wrapped, keeper);
  checkExpected(proved, expected, keeper);
  return { challenge: proved, secret, address, wrapVersion: proved.wrapVersion };
}

/** Open a wrapped secret; what does not open after a right proof was changed. Throws Alarm. */
export async function opened(
  open: () => Promise<WorkerSecret>,
  wrapped: Uint8Array,
  keeper: EvidenceKeeper,
): Promise<WorkerSecret> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw keeper.alarm(AlarmKind.SIGN_IN_CHANGED, { wrapped });
  }
}

/** Throws Alarm when the hub names somebody else than this device knows. */
export function checkExpected(
  { worker, organisation }: Expected,
  expected: Expected | null,
  keeper: EvidenceKeeper,
): void {
  if (expected === null) return;
  if (!equal(worker, expected.worker)) throw keeper.alarm(AlarmKind.KEY_SUBSTITUTED, { worker });
  if (!equal(organisation, expected.organisation)) {
    const material = { organisation, known: expected.organisation };
    throw keeper.alarm(AlarmKind.KEY_SUBSTITUTED, material);
  }
}

/** Sign the challenge; the connection speaks with the session from then on. */
export async function begin(connection: Connection, trust: Trust, unlocked: Unlocked): Promise<Token> {
  const { session, nonce } = unlocked.challenge;
  const signature = signSession(trust.hub, session, nonce, unlocked.secret.signing);
  const token = await connection.post("/v1/sign-in/finish", { session, signature }, Token);
  connection.use(token.token);
  return token;
}

/** End the session at the hub, if it can be reached; forget it here in any case. */
export async function endSession(connection: Connection, everywhere = false): Promise<void> {
  if (connection.token === null) return;
  const ending = connection.another();
  ending.use(connection.token);
  connection.use(null);
  await ending.delete(everywhere ? "/v1/sessions" : "/v1/sessions/current");
}

/**
 * Check everything and set up the desk. `store`: where this device keeps things; null on a shared device.
 *
 * Throws NotReady "not-admitted" while nobody has admitted them; Alarm, Away, Refused.
 */
export async function setUp(
  connection: Connection,
  trust: Trust,
  me: Me,
  store: Store | null,
  clock: () => number,
  keeper: EvidenceKeeper,
): Promise<Desk> {
  const state = new LocalState(store, placeOf(trust.hub, me.worker), me.secret.pins);
  const pins = new Pins(me.worker, me.secret.pins, state, keeper);
  await pins.load(connection);
  const authority = new Authority(trust, keeper);
  await authority.refresh(connection, pins.root, pins.root > 0 ? pins.rootDigest : NONE);
  pins.pinRoot(authority.root.number, authority.trust.digest);
  const directory = new Directory(connection, authority, pins, keeper, clock);
  await checkOwnKeys(directory, me, keeper);
  checkOwnOrganisation(directory, me, pins, keeper);
  const keys = new OrganisationKeys(connection, directory, me.organisation, me.worker, me.secret, keeper);
  const log = new AccessLog(connection, () => authority, pins, keeper, new Unproved(state));
  await log.takeUp();
  const desk = new Desk(connection, clock, authority, directory, me, keys, pins, log, state, keeper);
  await log.check();
  return desk;
}

function wordsOf(typed: string): string {
  try {
    return normaliseWords(typed, SIGN_IN_WORDS);
  } catch (error) {
    if (error instanceof Malformed) throw new WrongWords(`Check your words: ${error.message}.`);
    throw error;
  }
}

/** A name that no hub takes is as wrong as one it does not know. */
async function saltOf(
  connection: Connection,
  trust: Trust,
  address: string,
  keeper: EvidenceKeeper,
): Promise<Uint8Array> {
  try {
    return await nameSalt(connection, trust, address, keeper);
  } catch (error) {
    if (error instanceof Refused && error.status === 400) throw new WrongWords();
    throw error;
  }
}

async function prove(
  connection: Connection,
  body: { address: string; auth: Uint8Array; device: Uint8Array | null; code: string | null },
): Promise<Proved> {
  try {
    return await connection.post("/v1/sign-in/prove", body, Proved);
  } catch (error) {
    if (error instanceof Refused && wrongProof(error)) throw new WrongWords();
    throw error;
  }
}

function wrongProof(refused: Refused): boolean {
  return [401, 403, 404].includes(refused.status) && !refused.code.startsWith("code-");
}

/** Public keys are made again from the secret, and must be the ones that were signed for. */
async function checkOwnKeys(directory: Directory, me: Me, keeper: EvidenceKeeper): Promise<void> {
  try {
    await directory.know([me.organisation]);
  } catch (error) {
    if (!(error instanceof Refused) || ![403, 404].includes(error.status)) throw error;
    throw new NotReady(NOT_ADMITTED, "not-admitted");
  }
  const member = directory.organisation(me.organisation).members.get(me.worker);
  if (member === undefined) throw new NotReady(NOT_ADMITTED, "not-admitted");
  const { signing, box } = me.secret;
  if (!equal(member.signingKey, signing.public) || !equal(member.boxKey, box.public)) {
    const material = { signingKey: member.signingKey, boxKey: member.boxKey };
    throw keeper.alarm(AlarmKind.OWN_KEYS_DIFFER, material);
  }
}

/**
 * Once the authority has vouched for the own organisation, it stays the one with that beginning. Before that
 * (its founder waits for it) one may sign in; nothing is sealed without an accreditation.
 */
export function checkOwnOrganisation(directory: Directory, me: Me, pins: Pins, keeper: EvidenceKeeper): void {
  const { genesis } = directory.organisation(me.organisation);
  const material = { organisation: me.organisation, shown: genesis };
  const { own } = pins;
  if (own !== null && !(equal(own.organisation, me.organisation) && equal(own.genesis, genesis))) {
    throw keeper.alarm(AlarmKind.KEY_SUBSTITUTED, material);
  }
  if (directory.vouched(me.organisation)) pins.pinOwn(me.organisation, genesis);
  else if (own !== null) throw keeper.alarm(AlarmKind.NOT_ACCREDITED, material);
}
