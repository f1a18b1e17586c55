/**
 * What this device knows of the person who signed in here last, without a secret: its own token for them, their
 * sign-in name and ids, and a wrap that only their PIN and the hub's half open. Nothing at all on a shared device.
 */
import type { Store } from "@/end/store";
import { randomBytes, toHex, utf8 } from "@/protocol/bytes";
import { sha256 } from "@/protocol/hashing";

const TOKEN = "device/token/";
const KNOWN = "device/known";
const ROOT = "device/root";

/** What a PIN opens together with the hub's half. */
export interface PinKept {
  /** 32 bytes of this device's own. */
  readonly half: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly wrapVersion: number;
  readonly expiresAt: number;
}

/** Who is known here. */
export interface Known {
  readonly version: 1;
  readonly address: string;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly passkey: boolean;
  readonly pin: PinKept | null;
}

type Met = Pick<Known, "address" | "worker" | "organisation">;

/** This browser, as the hub knows it again. */
export class Device {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * 32 random bytes, made once for each sign-in name and kept: the hub does not learn that two people use one
   * browser, and no one's PIN takes another's away. The name is kept as a hash only.
   */
  async token(address: string): Promise<Uint8Array> {
    const name = TOKEN + toHex(sha256(utf8(address)).subarray(0, 16));
    const kept = await this.#store.read(name);
    if (isBytes(kept, 32)) return kept;
    const made = randomBytes(32);
    await this.#store.write(name, made);
    return made;
  }

  /** Who signed in here last; null when nobody is to be known again. */
  async known(): Promise<Known | null> {
    const kept = await this.#store.read(KNOWN);
    return isKnown(kept) ? kept : null;
  }

  /** Somebody signed in: they are who is known. */
  async meet({ address, worker, organisation }: Met): Promise<void> {
    const known = await this.known();
    const same = known?.address === address ? known : null;
    const kept = { passkey: same?.passkey ?? false, pin: same?.pin ?? null };
    await this.remember({ version: 1, address, worker, organisation, ...kept });
  }

  async remember(known: Known): Promise<void> {
    await this.#store.write(KNOWN, known);
  }

  /** Change what is known, if anybody is. */
  async change(parts: Partial<Omit<Known, "version">>): Promise<void> {
    const known = await this.known();
    if (known !== null) await this.remember({ ...known, ...parts });
  }

  async forget(): Promise<void> {
    await this.#store.remove(KNOWN);
  }

  /** The first root of the authority that this device was shown. */
  async root(): Promise<Uint8Array | null> {
    const kept = await this.#store.read(ROOT);
    return kept instanceof Uint8Array ? kept : null;
  }

  /** Once: no other takes its place. */
  async pinRoot(packed: Uint8Array): Promise<void> {
    if ((await this.root()) === null) await this.#store.write(ROOT, packed);
  }
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

function isKnown(value: unknown): value is Known {
  if (typeof value !== "object" || value === null) return false;
  const { version, address, worker, organisation, passkey, pin } = value as Partial<
    Record<keyof Known, unknown>
  >; // any object may be asked for these
  return (
    version === 1 &&
    typeof address === "string" &&
    isBytes(worker, 16) &&
    isBytes(organisation, 16) &&
    typeof passkey === "boolean" &&
    (pin === null || isPin(pin))
  );
}

function isPin(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { half, wrapped, wrapVersion, expiresAt } = value as Partial<Record<keyof PinKept, unknown>>; // as above
  return (
    isBytes(half, 32) &&
    wrapped instanceof Uint8Array &&
    typeof wrapVersion === "number" &&
    typeof expiresAt === "number"
  );
}
