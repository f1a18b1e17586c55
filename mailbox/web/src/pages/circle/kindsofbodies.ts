/** Kinds of organisation, in words. */
import type { OrganisationKind } from "@/vault/api";

export const KINDS: Record<OrganisationKind, string> = {
  vcu: "Victim Care Unit",
  police: "Police",
  charity: "Charity",
  housing: "Housing",
  health: "Health",
  other: "Partner organisation",
};
