/**
 * The name a person is known by: signed by them, sealed to their own organisation, opened by colleagues.
 *
 * A name comes from outside: it is bounded and made plain before it is shown, and never more than text.
 */
import type { Desk } from "@/end/desk";
import { BadInput } from "@/end/errors";
import { Nothing } from "@/hub/answers";
import { equal } from "@/protocol/bytes";
import { pack, unpack } from "@/protocol/encoding";
import { keyHash, type Organisation } from "@/protocol/organisation";
import { profileInfo, sealBox } from "@/protocol/private/boxes";
import type { WorkerSecret } from "@/protocol/private/secrets";
import {
  MAX_NAME,
  OWN_KEY,
  readProfile,
  SealedProfile,
  SignedProfile,
  signProfile,
} from "@/protocol/profiles";

/** Who somebody is, with their keys. */
interface Person {
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly secret: WorkerSecret;
}

/** The one spelling of a name as typed. Throws BadInput. */
export function typedName(typed: string): string {
  const name = plainName(typed);
  if (name === "") throw new BadInput("Type your name, as colleagues know you.", "name");
  if ([...name].length > MAX_NAME) throw new BadInput("Use a shorter name.", "name");
  return name;
}

/** Text as a name: one line, no characters that hide or turn others around. */
export function plainName(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** A name for a person who does not know their organisation's key yet: sealed to their own. */
export async function sealedToOneself(person: Person, name: string, at: number): Promise<Uint8Array> {
  const own = person.secret.box.public;
  const info = profileInfo(person.worker, person.organisation, OWN_KEY, keyHash(own));
  return await sealed(person, name, at, OWN_KEY, own, info);
}

/** Keep a name at the hub for the colleagues of this desk. */
export async function keepName(desk: Desk, name: string): Promise<void> {
  const { id, generation } = desk.directory.organisation(desk.me.organisation);
  const info = profileInfo(desk.me.worker, id, generation.number, generation.keyHash);
  const box = await sealed(desk.me, name, desk.clock(), generation.number, generation.boxKey, info);
  await desk.connection.put("/v1/me/profile", { profileBox: box }, Nothing);
}

/** The name in one's own kept profile, and whether it must be sealed anew for colleagues to read it. */
export async function ownName(
  desk: Desk,
  profileBox: Uint8Array | null,
): Promise<{ readonly name: string; readonly stale: boolean } | null> {
  if (profileBox === null) return null;
  try {
    const { generation, box } = unpack(SealedProfile, profileBox);
    const name =
      generation === OWN_KEY
        ? await nameForOneself(desk.me, box)
        : await nameOf(desk, desk.me.worker, profileBox);
    const current = desk.directory.organisation(desk.me.organisation).generation.number;
    return name === "" ? null : { name, stale: generation !== current };
  } catch {
    return null;
  }
}

/** The name in a profile that was sealed to oneself. Throws what opening throws. */
export async function nameForOneself(person: Person, box: Uint8Array): Promise<string> {
  const { secret, worker, organisation } = person;
  const info = profileInfo(worker, organisation, OWN_KEY, keyHash(secret.box.public));
  const signed = unpack(SignedProfile, await secret.box.open(box, info));
  return plainName(readProfile(signed, secret.signing.public).name);
}

/** A colleague's name by their own signature; empty when there is none that holds. Never throws an Alarm. */
export async function nameOf(desk: Desk, worker: Uint8Array, profileBox: Uint8Array | null): Promise<string> {
  if (profileBox === null) return "";
  try {
    const chain = desk.directory.organisation(desk.me.organisation);
    const { generation, box } = unpack(SealedProfile, profileBox);
    const listed = chain.generations[generation - 1];
    if (listed === undefined) return "";
    const info = profileInfo(worker, chain.id, generation, listed.keyHash);
    const signed = unpack(SignedProfile, await (await desk.keys.secret(generation)).box.open(box, info));
    return plainName(saidBy(chain, worker, signed));
  } catch {
    return "";
  }
}

/** What they said under any key the chain lists for them, the newest first. */
function saidBy(chain: Organisation, worker: Uint8Array, signed: SignedProfile): string {
  for (const { member } of (chain.tenures.get(worker) ?? []).toReversed()) {
    try {
      const profile = readProfile(signed, member.signingKey);
      if (equal(profile.worker, worker) && equal(profile.organisation, chain.id)) return profile.name;
    } catch {
      continue; // another of their keys may have signed it
    }
  }
  return "";
}

async function sealed(
  person: Person,
  name: string,
  at: number,
  generation: number,
  boxKey: Uint8Array,
  info: Uint8Array,
): Promise<Uint8Array> {
  const { organisation, worker, secret } = person;
  const signed = signProfile({ version: 1, organisation, worker, name, at }, secret.signing);
  const box = await sealBox(boxKey, pack(SignedProfile, signed), info);
  return pack(SealedProfile, { version: 1, generation, box });
}
