/**
 * Profiles: the name a worker wishes to be known by, signed by them and sealed to their own organisation
 * (crypto/profiles.py). The hub keeps the sealed bytes and reads nothing.
 */
import * as encoding from "./encoding";
import { type SigningKey, verify } from "./signing";

export const MAX_NAME = 100;
export const MAX_PROFILE = 1024;
/** Sealed to the worker's own key: until they are admitted, they cannot know their organisation's. */
export const OWN_KEY = 0;

/** "This is my name." `at` in UTC milliseconds. */
export interface Profile {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly name: string;
  readonly at: number;
}

export const Profile = encoding.struct<Profile>({
  version: encoding.VERSION_FIELD,
  organisation: encoding.ID,
  worker: encoding.ID,
  name: encoding.text(1, MAX_NAME),
  at: encoding.TIME,
});

/** A profile as it lies in its box. */
export interface SignedProfile {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

export const SignedProfile = encoding.struct<SignedProfile>({
  payload: encoding.bytes(0, MAX_PROFILE),
  signature: encoding.SIGNATURE,
});

/** A profile as the hub keeps it: the box, and which generation of the organisation's key it is for. */
export interface SealedProfile {
  readonly version: number;
  /** `OWN_KEY` or a generation. */
  readonly generation: number;
  readonly box: Uint8Array;
}

export const SealedProfile = encoding.struct<SealedProfile>({
  version: encoding.VERSION_FIELD,
  generation: encoding.UINT,
  box: encoding.bytes(1, 3072),
});

/** Sign a profile. */
export function signProfile(profile: Profile, key: SigningKey): SignedProfile {
  const payload = encoding.pack(Profile, profile);
  return { payload, signature: key.sign("profile", payload) };
}

/** Verify by `signingKey` (32 bytes), then decode. Throws Forged, Malformed, UpdateNeeded. */
export function readProfile(signed: SignedProfile, signingKey: Uint8Array): Profile {
  verify(signingKey, "profile", signed.payload, signed.signature);
  return encoding.unpack(Profile, signed.payload, MAX_PROFILE);
}
