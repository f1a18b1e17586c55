/**
 * Whether an organisation may be given a key: its own key, under a valid accreditation.
 *
 * History is judged at its position by what can never change afterwards: the chain up to the listed head,
 * and the accreditation's own dates. A withdrawal may be dated before the hub learned of it, so it never
 * undoes an epoch that was rightly made: it makes a rekey owed (`debts`), and the hub and every sealing end
 * look at it before they act (`checkLive`).
 */
import { type Accreditation, OrganisationKind, inDate, inForce } from "./accreditation";
import { equal } from "./bytes";
import { NotAllowed, Stale } from "./errors";
import type { Facts, Listing, Release } from "./facts";
import type { Circle, Debt, Directory } from "./state";

/**
 * Require that a listing names a key the organisation really had at that head, and its own accreditation,
 * in date: nobody can be given a key under someone else's name. Throws NotAllowed, Stale.
 */
export function checkListing(listing: Listing, directory: Directory, at: number): void {
  const chain = directory.organisation(listing.organisation);
  const generation = chain.generationAt(listing.head);
  if (generation.number !== listing.generation || !equal(generation.keyHash, listing.keyHash)) {
    throw new NotAllowed("the listing does not name the organisation's own key");
  }
  const accreditation = ownAccreditation(listing, directory);
  if (accreditation === null || !inDate(accreditation, at)) {
    throw new NotAllowed("the organisation is not accredited");
  }
}

/** Require the kind of organisation that may own a circle. Throws NotAllowed. */
export function checkOwner(listing: Listing, directory: Directory): void {
  if (directory.accreditation(listing.accreditation).kind !== OrganisationKind.VCU) {
    throw new NotAllowed("only a victim care unit may own a circle");
  }
}

/**
 * Whether the listed accreditation is this organisation's and stands at `at`, as far as is known now
 * (withdrawals included).
 */
export function accredited(listing: Listing, directory: Directory, at: number): boolean {
  const accreditation = ownAccreditation(listing, directory);
  if (accreditation === null) return false;
  return inForce(accreditation, directory.withdrawals(listing.organisation), listing.accreditation, at);
}

/** Every reason why the epoch in force must be replaced before anything is sealed under it. */
export function debts(circle: Circle, directory: Directory, now: number): Debt[] {
  const owed: Debt[] = [];
  for (const [organisation, [listing]] of circle.epoch.holders) {
    const why = owedFor(circle, organisation, listing, directory, now);
    if (why !== null) owed.push({ organisation, why });
  }
  const { maker } = circle.epoch;
  if (!circle.members.has(maker)) owed.push({ organisation: maker, why: "left" });
  return owed;
}

function owedFor(
  circle: Circle,
  organisation: Uint8Array,
  listing: Listing,
  directory: Directory,
  now: number,
): Debt["why"] | null {
  if (!circle.members.has(organisation) && !circle.pending.has(organisation)) return "left";
  if (!accredited(listing, directory, now)) return "lapsed";
  if (directory.organisation(organisation).generation.number !== listing.generation) return "superseded";
  return null;
}

/**
 * What the hub checks beyond replay when it takes an entry that gives keys away, and an end before it makes
 * one: nobody named here is lapsed, withdrawn or superseded at this moment. (Facts are told apart by the
 * fields that only they have; null stands for content from a newer version, which gives nothing.)
 * Throws NotAllowed: unaccredited. Stale: a newer generation is in force.
 */
export function checkLive(facts: Facts | null, directory: Directory, now: number): void {
  if (facts === null) return;
  for (const listing of given(facts)) {
    if (!accredited(listing, directory, now)) {
      throw new NotAllowed("the organisation's accreditation does not stand");
    }
    checkGeneration(listing.organisation, listing.generation, directory);
  }
  if ("epochs" in facts) checkGeneration(facts.organisation, facts.generation, directory);
}

/** Whom a release gives keys to, as a listing (without a box of its own). */
export function recipient(facts: Release): Listing {
  const { organisation, head, generation, keyHash, accreditation } = facts;
  return { organisation, head, generation, keyHash, accreditation, boxHash: new Uint8Array(32) };
}

function given(facts: Facts): readonly Listing[] {
  if ("members" in facts) return [...facts.members, ...facts.pending];
  if ("listing" in facts) return [facts.listing];
  return "request" in facts ? [recipient(facts)] : [];
}

function checkGeneration(organisation: Uint8Array, number: number, directory: Directory): void {
  if (directory.organisation(organisation).generation.number !== number) {
    throw new Stale("the organisation has a newer key");
  }
}

function ownAccreditation(listing: Listing, directory: Directory): Accreditation | null {
  const accreditation = directory.accreditation(listing.accreditation);
  const chain = directory.organisation(listing.organisation);
  const own = equal(accreditation.organisation, chain.id) && equal(accreditation.genesis, chain.genesis);
  return own ? accreditation : null;
}
