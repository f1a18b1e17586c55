/**
 * Passkeys of this device. What the device derives for our input (PRF) is handed to the vault at once; without
 * that a passkey could prove who somebody is but open nothing, so then none is offered.
 */
import type { PasskeyRequest } from "@/vault/api";
import { Failed } from "@/vault/channel";

export interface Passkey {
  readonly credential: Uint8Array;
  readonly prf: Uint8Array;
}

type Bytes = Uint8Array<ArrayBuffer>;

const TIMEOUT_MS = 120_000;
const ES256 = -7;
const RS256 = -257;

function failed(code: string, say: string): Failed {
  return new Failed({ kind: "input", code, say });
}

/** Can this browser and device make and use a passkey that opens things? */
export async function passkeysWork(): Promise<boolean> {
  if (!("PublicKeyCredential" in globalThis) || !navigator.credentials) return false;
  try {
    const able = await PublicKeyCredential.getClientCapabilities?.();
    if (able?.["extension:prf"] === false) return false;
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

/** A copy in memory of its own, which WebAuthn asks for. */
function copy(bytes: Uint8Array): Bytes {
  return Uint8Array.from(bytes);
}

function fresh(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}

function bytesOf(source: BufferSource): Uint8Array {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
}

function derived(credential: PublicKeyCredential): Uint8Array | null {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? bytesOf(first) : null;
}

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (reason) {
    const stopped = reason instanceof DOMException && ["NotAllowedError", "AbortError"].includes(reason.name);
    if (reason instanceof DOMException && reason.name === "InvalidStateError")
      throw failed(
        "passkey-there",
        "This device already has a passkey for Kith. Remove it in the device first.",
      );
    throw stopped
      ? failed("passkey-stopped", "The passkey was not used. Try again, or sign in another way.")
      : failed("passkey-failed", "This device could not use a passkey. Sign in another way.");
  }
}

function isPasskey(found: Credential | null): found is PublicKeyCredential {
  return found !== null && found.type === "public-key";
}

/** Make a passkey on this device. The device asks for a fingerprint, a face or its own PIN. */
export async function makePasskey(request: PasskeyRequest): Promise<Passkey> {
  const found = await asked(
    navigator.credentials.create({
      publicKey: {
        rp: { name: "Kith" },
        user: { id: copy(request.userId), name: request.address, displayName: request.address },
        challenge: fresh(),
        pubKeyCredParams: [
          { type: "public-key", alg: ES256 },
          { type: "public-key", alg: RS256 },
        ],
        authenticatorSelection: {
          residentKey: "required",
          requireResidentKey: true,
          userVerification: "required",
        },
        attestation: "none",
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: copy(request.prfInput) } } },
      },
    }),
  );
  if (!isPasskey(found)) throw failed("passkey-failed", "This device made no passkey.");
  const credential = new Uint8Array(found.rawId);
  const prf = derived(found);
  if (prf) return { credential, prf };
  if (found.getClientExtensionResults().prf?.enabled !== true)
    throw failed(
      "passkey-plain",
      "Passkeys of this device cannot open Kith. You can delete the one just made. Use a PIN instead.",
    );
  return usePasskey(request, credential);
}

/** Use a passkey of this device; `credential` asks for that one only. */
export async function usePasskey(request: PasskeyRequest, credential?: Uint8Array): Promise<Passkey> {
  const found = await asked(
    navigator.credentials.get({
      publicKey: {
        challenge: fresh(),
        userVerification: "required",
        timeout: TIMEOUT_MS,
        allowCredentials: credential ? [{ type: "public-key", id: copy(credential) }] : [],
        extensions: { prf: { eval: { first: copy(request.prfInput) } } },
      },
    }),
  );
  const prf = isPasskey(found) ? derived(found) : null;
  if (!isPasskey(found) || !prf)
    throw failed("passkey-plain", "That passkey cannot open Kith. Sign in with your words instead.");
  return { credential: new Uint8Array(found.rawId), prf };
}
