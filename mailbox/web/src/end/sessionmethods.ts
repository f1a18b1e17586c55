/** What pages may ask about signing in, oneself and drafts. */
import type { Desk, Me } from "@/end/desk";
import type { Known } from "@/end/device";
import { BadInput, NotReady, Refused } from "@/end/errors";
import {
  enrol,
  linkToken,
  look,
  type Made,
  prepare,
  type Prepared,
  seal,
  type Sealed,
} from "@/end/enrolment";
import { follow } from "@/end/links";
import { addPasskey, listPasskeys, unlockByPasskey } from "@/end/passkeys";
import { forgetPin, makePin, newPin, unlockByPin } from "@/end/pin";
import { keepName, plainName, typedName } from "@/end/profile";
import { drawWords, type NewOwnWords, sendWords } from "@/end/replacing";
import type { Expected, Stretched } from "@/end/session";
import { stretchWords, unlock } from "@/end/session";
import { roleNamed } from "@/end/showing";
import type { Looked } from "@/end/signinanswers";
import type { Sitting } from "@/end/sitting";
import { notAdmitted } from "@/end/waiting";
import { fromHex, randomBytes, toHex } from "@/protocol/bytes";
import { Malformed } from "@/protocol/errors";
import { sha256 } from "@/protocol/hashing";
import { passkeyInput } from "@/protocol/private/unlocking";
import { normaliseWords, SIGN_IN_WORDS } from "@/protocol/private/words";
import type { Session, Start, VaultApi } from "@/vault/api";

const CODE_MS = 10 * 60_000;
const SEND_AGAIN_MS = 5 * 60_000;
const TRY_AGAIN_MS = 60_000;
/** How long after somebody proved who they are a way in may be added: people and devices take their time. */
const CONFIRMED_MS = 5 * 60_000;

type Names =
  | "start"
  | "enrolLook"
  | "enrolPrepare"
  | "enrolConfirm"
  | "signInWords"
  | "signInCode"
  | "signInPin"
  | "passkeyRequest"
  | "signInPasskey"
  | "confirmMe"
  | "addPasskey"
  | "passkeys"
  | "removePasskey"
  | "setPin"
  | "removePin"
  | "replaceOwnWords"
  | "confirmOwnWords"
  | "setName"
  | "session"
  | "touch"
  | "lock"
  | "signOut"
  | "follow";

/** Words that wait for a code from the mail. */
interface Asked {
  readonly stretched: Stretched;
  readonly sharedDevice: boolean;
  readonly device: Uint8Array;
  readonly at: number;
}

export function sessionMethods(sitting: Sitting): Pick<VaultApi, Names> {
  const { connection, device, keeper } = sitting;
  let asked: Asked | null = null;
  /** What a link said when it was shown: that counts, and not what the hub says of it later. */
  let link: { readonly token: string; readonly looked: Looked } | null = null;
  let prepared: Prepared | null = null;
  let sealed: Sealed | null = null;
  let enrolledWith: Uint8Array | null = null;
  let triedAt = -Infinity;
  const confirmed = new WeakMap<Me, number>(); // forgotten with the keys
  const arrived = new WeakMap<Me, number>(); // likewise: who came in here, not by way of another tab
  const newWords = new WeakMap<Desk, NewOwnWords>(); // forgotten with the keys

  /** Whom this device knows, if that is who signs in. */
  async function expected(address: string): Promise<Expected | null> {
    const known = await device.known();
    return known?.address === address ? known : null;
  }

  /** On a shared device a token that lasts as long as this page: the next person needs a code again. */
  async function tokenFor(address: string, sharedDevice: boolean): Promise<Uint8Array> {
    return sharedDevice ? randomBytes(32) : await device.token(address);
  }

  async function prove(asking: Asked, code: string | null): Promise<Session> {
    const { stretched, sharedDevice } = asking;
    const trust = await sitting.trust();
    const shown = { device: sharedDevice ? null : asking.device, code };
    try {
      const who = await expected(stretched.address);
      const unlocked = await unlock(connection, trust, stretched, shown, keeper, who);
      asked = null;
      return await enter(unlocked, sharedDevice);
    } catch (error) {
      if (!(error instanceof Refused && error.code === "code-needed")) throw error;
      asked = asking;
      setTimeout(() => (asked = asked === asking ? null : asked), CODE_MS);
      throw error;
    }
  }

  /**
   * Whoever sits here is who signed in, by the six words or this device's PIN: an open screen proves nothing.
   * Throws WrongWords, Refused "wrong-pin", Alarm.
   */
  async function proveMe(me: Me, typed: string): Promise<void> {
    const [trust, other, known] = [await sitting.trust(), connection.another(), await expectedHere(me)];
    const token = await tokenFor(me.address, sitting.sharedDevice);
    if (known?.pin && /^[\d\s-]+$/.test(typed)) {
      await unlockByPin(other, trust, token, known, typed, keeper);
      return;
    }
    const stretched = await stretchWords(other, trust, me.address, typed, keeper);
    try {
      await unlock(other, trust, stretched, { device: token, code: null }, keeper, me);
    } catch (error) {
      if (!(error instanceof Refused && error.code === "code-needed")) throw error; // the words were right
    }
  }

  async function expectedHere(me: Me): Promise<Known | null> {
    const known = await device.known();
    return known?.address === me.address && !sitting.sharedDevice ? known : null;
  }

  async function shownLink(token: string): Promise<Looked> {
    const looked = await look(connection, await sitting.trust(), linkToken(token));
    link = { token, looked };
    return looked;
  }

  /** Somebody came in, in this very tab, by what only they have. */
  async function enter(...arriving: Parameters<Sitting["enter"]>): Promise<Session> {
    const session = await sitting.enter(...arriving);
    arrived.set(sitting.me(), sitting.now());
    return session;
  }

  /** Whether they proved who they are a short while ago, by `proofs`. */
  function fresh(me: Me, ...proofs: readonly WeakMap<Me, number>[]): boolean {
    return proofs.some((proof) => sitting.now() <= (proof.get(me) ?? -Infinity) + CONFIRMED_MS);
  }

  /** Begin a session with words that were just enrolled; where they open nothing yet, wait. */
  async function enterNew(made: Prepared, sharedDevice: boolean, shown: Uint8Array): Promise<Session> {
    const { address, keys, trust } = made;
    const proof = { device: shown, code: null };
    try {
      const unlocked = await unlock(connection, trust, { address, keys }, proof, keeper, made);
      return await enter(unlocked, sharedDevice, made);
    } catch (error) {
      if (!notAdmitted(error)) throw error;
      return await sitting.wait(made, sharedDevice);
    }
  }

  return {
    async start(): Promise<Start> {
      const [known, open] = await Promise.all([device.known(), sitting.adopt().catch(() => false)]);
      const pin = (known?.pin?.expiresAt ?? 0) > sitting.now();
      const state = open ? "open" : known === null ? "new" : "locked";
      return {
        state,
        storage: sitting.store.way,
        ...(known === null ? {} : { known: { address: known.address, pin, passkey: known.passkey } }),
        ...(open ? { session: await sitting.session() } : {}),
      };
    },

    async enrolLook(token) {
      const looked = await shownLink(token);
      return {
        founding: looked.founding,
        role: roleNamed(looked.role),
        legalName: plainName(looked.legalName ?? ""),
        replaces: looked.replaces !== null,
        expiresAt: looked.expiresAt,
      };
    },

    async enrolPrepare(token, name, address) {
      const called = typedName(name);
      const looked = link?.token === token ? link.looked : await shownLink(token);
      const trust = await sitting.trust();
      prepared = await prepare(connection, trust, linkToken(token), looked, called, address);
      [sealed, enrolledWith] = [null, null];
      const words = prepared.words.split(" ");
      if (prepared.kitWords === null) return { words };
      return {
        words,
        kitWords: prepared.kitWords.split(" "),
        organisation: toHex(prepared.organisation),
      };
    },

    async enrolConfirm(typed, sharedDevice) {
      const drawn = prepared;
      if (drawn === null) throw new NotReady("Start again from the link in your mail.", "start-again");
      checkTyped(typed, drawn.words);
      enrolledWith ??= await tokenFor(drawn.address, sharedDevice);
      const token = enrolledWith;
      if (sealed === null || sitting.now() > sealed.at + SEND_AGAIN_MS) {
        sealed = await seal(drawn, token, sitting.now());
      }
      await enrol(connection, sealed);
      const { made } = sealed;
      [prepared, sealed, link] = [null, null, null];
      return { ...shown(made), session: await enterNew(drawn, sharedDevice, token) };
    },

    async signInWords(address, words, sharedDevice) {
      const stretched = await stretchWords(connection, await sitting.trust(), address, words, keeper);
      const at = sitting.now();
      const token = await tokenFor(stretched.address, sharedDevice);
      return await prove({ stretched, sharedDevice, device: token, at }, null);
    },

    async signInCode(code) {
      if (asked === null || sitting.now() > asked.at + CODE_MS) {
        throw new NotReady("Sign in again: the code is too old.", "start-again");
      }
      const digits = code.replaceAll(/\D/g, "");
      if (digits.length !== 8) throw new BadInput("The code in the mail has eight digits.", "code");
      return await prove(asked, digits);
    },

    async signInPin(pin) {
      const known = await device.known();
      if (known === null) throw new Refused(403, "pin-gone", "");
      try {
        const token = await device.token(known.address);
        const unlocked = await unlockByPin(connection, await sitting.trust(), token, known, pin, keeper);
        return await enter(unlocked, false);
      } catch (error) {
        if (error instanceof Refused && error.code === "pin-gone") await device.change({ pin: null });
        throw error;
      }
    },

    async passkeyRequest() {
      const { hub } = await sitting.trust();
      const me = sitting.open ? sitting.me() : await device.known();
      const prfInput = passkeyInput(hub);
      return { prfInput, userId: me?.worker ?? randomBytes(16), address: me?.address ?? "" };
    },

    async signInPasskey(credential, prf, sharedDevice) {
      const trust = await sitting.trust();
      const unlocked = await unlockByPasskey(connection, trust, credential, prf, keeper);
      const session = await enter(unlocked, sharedDevice);
      if (!sharedDevice) await device.change({ passkey: true });
      return session;
    },

    async confirmMe(typed) {
      const me = sitting.me();
      await proveMe(me, typed);
      confirmed.set(me, sitting.now());
    },

    async addPasskey(credential, prf) {
      const { hub } = await sitting.trust();
      const me = sitting.me();
      if (!fresh(me, confirmed)) {
        throw new NotReady("Type your six words first, then add the passkey.", "confirm-first");
      }
      confirmed.delete(me);
      const { worker, organisation, address, secret } = me;
      await addPasskey(connection, credential, prf, secret, { hub, organisation, worker, address });
      if (!sitting.sharedDevice) await device.change({ passkey: true });
    },

    async passkeys() {
      sitting.me();
      return await listPasskeys(connection);
    },

    async removePasskey(credential) {
      sitting.me();
      await connection.delete(`/v1/me/passkeys/${toHex(sha256(fromHex(credential)))}`);
      // Unlocking offers no passkey when none is left.
      if ((await listPasskeys(connection)).length === 0) await device.change({ passkey: false });
    },

    async setPin(typed) {
      const pin = newPin(typed);
      const me = sitting.me();
      const { worker, organisation, address, secret } = me;
      if (sitting.sharedDevice || sitting.store.way === "memory") {
        throw new NotReady("This device keeps nothing, so it can keep no PIN.", "no-pin-here");
      }
      // A PIN is a way to the secret: whoever finds a screen open, and a script in a page, sets none.
      if (!fresh(me, confirmed, arrived)) {
        throw new NotReady("Type your six words first, then choose the PIN.", "confirm-first");
      }
      confirmed.delete(me);
      const { hub } = await sitting.trust();
      const place = { hub, organisation, worker, address };
      const token = await device.token(address);
      await device.change({ pin: await makePin(connection, token, pin, secret, place) });
      await sitting.tell();
    },

    async removePin() {
      const known = await device.known();
      await device.change({ pin: null });
      if (known !== null) await forgetPin(connection, await device.token(known.address));
      if (sitting.open) await sitting.tell();
    },

    async replaceOwnWords(oldWords) {
      const desk = sitting.desk();
      if (sitting.sharedDevice) {
        throw new NotReady("Change your words on a device of your own.", "shared-device");
      }
      const drawn = await drawWords(desk, oldWords, await device.token(desk.me.address));
      newWords.set(desk, drawn);
      return drawn.words.split(" ");
    },

    async confirmOwnWords(typed) {
      const desk = sitting.desk();
      const drawn = newWords.get(desk);
      if (drawn === undefined) throw new NotReady("Begin again: ask for new words.", "start-again");
      checkTyped(typed, drawn.words);
      await sendWords(desk, drawn, await device.token(desk.me.address));
      newWords.delete(desk);
      await device.change({ pin: null }); // the hub has forgotten its half
      await sitting.tell();
    },

    async setName(name) {
      const desk = sitting.desk();
      const called = typedName(name);
      await keepName(desk, called);
      desk.me.name = called;
      await sitting.tell();
    },

    async session() {
      const waiting = sitting.prepared;
      if (waiting === null) await sitting.admitted();
      else if (enrolledWith !== null && sitting.now() > triedAt + TRY_AGAIN_MS) {
        triedAt = sitting.now();
        return await enterNew(waiting, sitting.sharedDevice, enrolledWith);
      }
      return await sitting.session();
    },

    async touch() {
      sitting.touch();
    },

    async lock() {
      sitting.lock();
    },

    async signOut(everywhere) {
      asked = null;
      await sitting.signOut(everywhere);
    },

    async follow(token) {
      sitting.me();
      return await follow(connection, token);
    },
  };
}

/** The words typed back must be the words that were drawn, in whatever spelling. Throws BadInput. */
export function checkTyped(typed: string, drawn: string): void {
  try {
    if (normaliseWords(typed, SIGN_IN_WORDS) === drawn) return;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new BadInput(`Check your words: ${error.message}.`, "words-differ");
  }
  throw new BadInput(
    "Those are not the six words. Look at them again, and type them in order.",
    "words-differ",
  );
}

function shown(made: Made): { spoken?: readonly string[]; fingerprint?: string } {
  return {
    ...(made.spoken === null ? {} : { spoken: made.spoken.split(" ") }),
    ...(made.fingerprint === null ? {} : { fingerprint: made.fingerprint }),
  };
}
