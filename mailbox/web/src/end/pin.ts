/**
 * A PIN for a working day: half of a key lies on this device, half at the hub, which gives five tries. Neither
 * half nor the PIN is worth anything alone.
 */
import type { EvidenceKeeper } from "@/end/alarms";
import type { Trust } from "@/end/authority";
import type { Known, PinKept } from "@/end/device";
import { BadInput, Refused } from "@/end/errors";
import { checkExpected, opened, type Unlocked } from "@/end/session";
import { PinHalf, PinProved } from "@/end/signinanswers";
import { Nothing } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { randomBytes } from "@/protocol/bytes";
import { MAX_PIN, MIN_PIN, PinKeys } from "@/protocol/private/unlocking";
import type { WorkerSecret, Wrapped } from "@/protocol/private/secrets";

const WRAP_VERSION = 1;
const STEPS = "01234567890";

/** The one spelling of a PIN as typed. Throws BadInput. */
export function typedPin(typed: string): string {
  const pin = typed.replaceAll(/[\s-]/g, "");
  if (/^[0-9]+$/.test(pin) && pin.length >= MIN_PIN && pin.length <= MAX_PIN) return pin;
  throw new BadInput(`A PIN is ${MIN_PIN} to ${MAX_PIN} digits.`, "pin");
}

/** As `typedPin`, of one that is not the first that anybody would try. Throws BadInput. */
export function newPin(typed: string): string {
  const pin = typedPin(typed);
  const backwards = [...pin].reverse().join("");
  const easy = new Set(pin).size === 1 || STEPS.includes(pin) || STEPS.includes(backwards);
  if (easy) throw new BadInput("That PIN is easily guessed. Choose another.", "pin");
  return pin;
}

/** Have the hub keep its half, and make what this device keeps. About 0.2 s. */
export async function makePin(
  connection: Connection,
  device: Uint8Array,
  pin: string,
  secret: WorkerSecret,
  place: Omit<Wrapped, "version">,
): Promise<PinKept> {
  const half = randomBytes(32);
  const keys = PinKeys.derive(pin, half, place.worker);
  const kept = await connection.put("/v1/me/pin", { device, check: keys.check }, PinHalf);
  const wrapped = await keys.lock(secret, kept.half, { ...place, version: WRAP_VERSION });
  return { half, wrapped, wrapVersion: WRAP_VERSION, expiresAt: kept.expiresAt };
}

/** Have the hub forget its half. */
export async function forgetPin(connection: Connection, device: Uint8Array): Promise<void> {
  await connection.post("/v1/me/pin/forget", { device }, Nothing, { again: true });
}

/** Open the secret with a PIN. About 0.2 s. Throws Refused "wrong-pin" or "pin-gone", Alarm. */
export async function unlockByPin(
  connection: Connection,
  trust: Trust,
  device: Uint8Array,
  known: Known,
  typed: string,
  keeper: EvidenceKeeper,
): Promise<Unlocked> {
  const pin = typedPin(typed);
  if (known.pin === null) throw new Refused(403, "pin-gone", "");
  const { half, wrapped, wrapVersion } = known.pin;
  const keys = PinKeys.derive(pin, half, known.worker);
  const proved = await connection.post("/v1/sign-in/pin", { device, check: keys.check }, PinProved);
  checkExpected(proved, known, keeper);
  const place = { hub: trust.hub, organisation: known.organisation, worker: known.worker };
  const whole = { ...place, address: known.address, version: wrapVersion };
  const secret = await opened(() => keys.open(wrapped, proved.half, whole), wrapped, keeper);
  return { challenge: proved, secret, address: known.address };
}
