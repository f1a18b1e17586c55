/**
 * What the hub may answer while somebody enrols or signs in, bounded like all its answers
 * (keyholder/signinanswers.py).
 */
import { BOX_KEY, HASH, ID, NUMBER, TEXT, WORD } from "@/hub/answers";
import { answer, bytes, flag, listOf, maybe } from "@/hub/decoding";

/** What an enrolment link is for. */
export interface Looked {
  readonly invitation: Uint8Array;
  readonly hub: string;
  readonly organisation: Uint8Array | null;
  readonly genesis: Uint8Array | null;
  readonly legalName: string | null;
  readonly role: string;
  readonly founding: boolean;
  readonly replaces: Uint8Array | null;
  readonly expiresAt: number;
  readonly generationKey: Uint8Array | null;
}
export const Looked = answer<Looked>({
  invitation: ID,
  hub: TEXT,
  organisation: maybe(ID),
  genesis: maybe(HASH),
  legalName: maybe(TEXT),
  role: WORD,
  founding: flag,
  replaces: maybe(ID),
  expiresAt: NUMBER,
  generationKey: maybe(BOX_KEY),
});

/** How far an enrolment is. */
export interface State {
  readonly state: string;
}
export const State = answer<State>({ state: WORD });

/** The first step of a sign-in. */
export interface Start {
  readonly hub: string;
  readonly suite: number;
  readonly salt: Uint8Array;
}
export const Start = answer<Start>({ hub: TEXT, suite: NUMBER, salt: bytes(0, 64) });

/** The second step: the wrapped secret, and what to sign. */
export interface Proved {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly wrapVersion: number;
  readonly session: Uint8Array;
  readonly nonce: Uint8Array;
}
const PROVED = {
  worker: ID,
  organisation: ID,
  wrapped: bytes(0, 256),
  wrapVersion: NUMBER,
  session: ID,
  nonce: HASH,
};
export const Proved = answer<Proved>(PROVED);

/** The same after a passkey, with the sign-in name that nobody typed. */
export interface PasskeyProved extends Proved {
  readonly address: string;
}
export const PasskeyProved = answer<PasskeyProved>({ ...PROVED, address: TEXT });

/** The same after a PIN: the hub's half of a key in place of a wrapped secret. */
export interface PinProved {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly half: Uint8Array;
  readonly session: Uint8Array;
  readonly nonce: Uint8Array;
}
export const PinProved = answer<PinProved>({
  worker: ID,
  organisation: ID,
  half: HASH,
  session: ID,
  nonce: HASH,
});

/** The hub's half for a new PIN, and until when it is kept. */
export interface PinHalf {
  readonly half: Uint8Array;
  readonly expiresAt: number;
}
export const PinHalf = answer<PinHalf>({ half: HASH, expiresAt: NUMBER });

/** One passkey as the hub keeps it. */
export interface PasskeyKept {
  readonly credential: Uint8Array;
  readonly createdAt: number;
  readonly usedAt: number | null;
}
export const PasskeyKept = answer<PasskeyKept>({
  credential: bytes(1, 1023),
  createdAt: NUMBER,
  usedAt: maybe(NUMBER),
});
export const PasskeysKept = answer<{ readonly items: readonly PasskeyKept[] }>({
  items: listOf(PasskeyKept, 100),
});

/** The start of a session by the printed kit. */
export interface KitSession {
  readonly worker: readonly Uint8Array[];
  readonly session: Uint8Array;
  readonly nonce: Uint8Array;
}
export const KitSession = answer<KitSession>({ worker: listOf(ID, 16), session: ID, nonce: HASH });

/** A session. */
export interface Token {
  readonly token: Uint8Array;
  readonly expiresAt: number;
  readonly idleMs: number;
}
export const Token = answer<Token>({ token: HASH, expiresAt: NUMBER, idleMs: NUMBER });

/** Whom the hub takes this session for. */
export interface WhoAmI {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly role: string;
  readonly kind: string;
  readonly address: string | null;
  readonly state: string;
  readonly profileBox: Uint8Array | null;
  readonly sessionExpiresAt: number;
  readonly idleMs: number;
}
export const WhoAmI = answer<WhoAmI>({
  worker: ID,
  organisation: ID,
  role: WORD,
  kind: WORD,
  address: maybe(TEXT),
  state: WORD,
  profileBox: maybe(bytes(0, 4096)),
  sessionExpiresAt: NUMBER,
  idleMs: NUMBER,
});

/** The worker's pins as the hub keeps them. */
export interface SealedPins {
  readonly version: number;
  readonly sealed: Uint8Array | null;
}
export const SealedPins = answer<SealedPins>({
  version: NUMBER,
  sealed: maybe(bytes(0, 1024 * 1024)),
});
