/**
 * Coming back with the printed kit, as a new manager, when nobody else can let anybody in (keyholder/enrolment.py,
 * `recover`).
 *
 * A kit pins nothing: only the authority's word tells the organisation's chain apart from one that a hub made
 * up, so without it nothing is brought in. The kit's own session is used for this alone and ended each time.
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { Authority, type Trust } from "@/end/authority";
import { Directory } from "@/end/directory";
import {
  boxesFor,
  boxHashes,
  FIRST_WRAP,
  memberOf,
  nameSalt,
  newSignInName,
  postEvent,
  signEvent,
} from "@/end/enrolment";
import { BadInput, NotReady, Refused } from "@/end/errors";
import { OrganisationKeys } from "@/end/orgkeys";
import { endSession } from "@/end/session";
import { KitSession, State, Token } from "@/end/signinanswers";
import type { Connection } from "@/hub/connection";
import { equal, fromHex, randomBytes } from "@/protocol/bytes";
import { pack } from "@/protocol/encoding";
import { Malformed } from "@/protocol/errors";
import { Admit, Event, type Organisation, Role } from "@/protocol/organisation";
import { kitSecret, SignInKeys, WorkerSecret } from "@/protocol/private/secrets";
import { generateWords, KIT_WORDS, normaliseWords } from "@/protocol/private/words";
import { signSession } from "@/protocol/statements";

/** Where a kit is used: a line without anybody's session, the trusted root, where alarms go, the time. */
export interface KitPlace {
  readonly connection: Connection;
  readonly trust: Trust;
  readonly keeper: EvidenceKeeper;
  readonly clock: () => number;
}

/** What is printed on a kit, read. */
export interface Kit {
  readonly organisation: Uint8Array;
  readonly secret: WorkerSecret;
}

/** Somebody who is about to come back. Nothing was sent of it yet. */
export interface ComingBack {
  readonly kit: Kit;
  readonly mail: string;
  readonly address: string;
  readonly words: string;
  readonly worker: Uint8Array;
  readonly secret: WorkerSecret;
  readonly keys: SignInKeys;
  readonly wrapped: Uint8Array;
}

/** A kit as typed, in whatever spelling. About 0.2 s. Throws BadInput. */
export function readKit(organisation: string, words: string): Kit {
  const number = organisation.replaceAll(/[^0-9a-z]/gi, "");
  if (!/^[0-9a-f]{32}$/i.test(number)) {
    throw new BadInput(
      "Type the whole number of your organisation, as it is printed on the kit.",
      "kit-number",
    );
  }
  const id = fromHex(number);
  return { organisation: id, secret: kitSecret(kitWords(words), id) };
}

/**
 * Try the kit, then draw six words for whoever comes back.
 *
 * Throws BadInput "kit-words": the kit opens nothing there. Alarm: the authority does not vouch for it.
 */
export async function prepareRecovery(
  place: KitPlace,
  kit: Kit,
  typedAddress: string,
  typedMail: string,
): Promise<ComingBack> {
  const address = newSignInName(typedAddress);
  const mail = typedMail.trim();
  if (!/^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,189}$/.test(mail)) {
    throw new BadInput("Type one whole mail address, such as sam@example.org.", "mail");
  }
  await withKit(place, kit, (line) => openedOrganisation({ ...place, connection: line }, kit));
  const { trust, connection, keeper } = place;
  const words = generateWords();
  const keys = SignInKeys.derive(words, await nameSalt(connection, trust, address, keeper));
  const worker = randomBytes(16);
  const secret = WorkerSecret.generate();
  const { organisation } = kit;
  const wrapped = await keys.lock(secret, {
    hub: trust.hub,
    organisation,
    worker,
    address,
    version: FIRST_WRAP,
  });
  return { kit, mail, address, words, worker, secret, keys, wrapped };
}

/** Bring them in as a manager. `device` is remembered by the hub. The same may be sent again. */
export async function bringBack(place: KitPlace, back: ComingBack, device: Uint8Array): Promise<void> {
  const { kit } = back;
  await withKit(place, kit, async (line) => {
    const { chain, author, current } = await openedOrganisation({ ...place, connection: line }, kit);
    if (chain.members.has(back.worker)) return; // an answer was lost: they are in
    await line.post("/v1/recovery/enrolments", { ...credentials(back), device }, State, { again: true });
    const member = memberOf(back.worker, back.secret, Role.MANAGER);
    const boxes = await boxesFor(current, chain.id, [member]);
    const [listed] = boxHashes(boxes);
    if (listed === undefined) throw new NotReady();
    const said: Admit = {
      version: 1,
      organisation: chain.id,
      previous: chain.head,
      at: Math.max(place.clock(), chain.at),
      author,
      member,
      generation: current.generation,
      boxHash: listed.boxHash,
    };
    await postEvent(line, chain.id, signEvent(Event.ADMIT, pack(Admit, said), kit.secret), boxes);
  });
}

/** Do something in the kit's own session, on a line of its own, and end it. */
async function withKit<T>(place: KitPlace, kit: Kit, work: (line: Connection) => Promise<T>): Promise<T> {
  const line = place.connection.another();
  const { organisation, secret } = kit;
  const { session, nonce } = await line.post("/v1/sign-in/kit", { organisation }, KitSession);
  const signature = signSession(place.trust.hub, session, nonce, secret.signing);
  const { token } = await opening(line.post("/v1/sign-in/finish", { session, signature }, Token));
  line.use(token);
  try {
    return await work(line);
  } finally {
    await endSession(line).catch(() => undefined);
  }
}

async function opening(asked: Promise<Token>): Promise<Token> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    throw wrongKit();
  }
}

/** The organisation as its signed records have it, and its secret by the kit's box. */
async function openedOrganisation({ connection, trust, keeper, clock }: KitPlace, kit: Kit) {
  const authority = new Authority(trust, keeper);
  await authority.refresh(connection);
  const directory = new Directory(connection, authority, null, keeper, clock);
  await directory.know([kit.organisation]);
  const chain = directory.organisation(kit.organisation);
  if (!directory.vouched(chain.id)) {
    throw keeper.alarm(AlarmKind.NOT_ACCREDITED, { organisation: chain.id, shown: chain.genesis });
  }
  const author = kitOf(chain, kit.secret);
  const keys = new OrganisationKeys(connection, directory, chain.id, author, kit.secret, keeper);
  return { chain, author, current: await keys.current() };
}

function kitOf(chain: Organisation, secret: WorkerSecret): Uint8Array {
  const found = [...chain.members.values()].find(
    (member) => member.role === Role.KIT && equal(member.signingKey, secret.signing.public),
  );
  if (found === undefined) throw wrongKit();
  return found.worker;
}

function credentials(back: ComingBack) {
  return {
    worker: back.worker,
    address: back.address,
    signingKey: back.secret.signing.public,
    boxKey: back.secret.box.public,
    salt: back.keys.salt,
    auth: back.keys.auth,
    wrapped: back.wrapped,
    wrapVersion: FIRST_WRAP,
    mail: back.mail,
  };
}

function kitWords(typed: string): string {
  try {
    return normaliseWords(typed, KIT_WORDS);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new BadInput(`Check the words of the kit: ${error.message}.`, "kit-words");
  }
}

function wrongKit(): BadInput {
  return new BadInput(
    "This kit opens nothing. Check each word and the number. A kit that was replaced by a newer one does not work.",
    "kit-words",
  );
}
