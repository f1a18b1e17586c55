/** Roles and kinds of organisation, as people say them. */
import type { OrganisationKind, Role } from "@/vault/api";

export const ROLES: Readonly<Record<Role, string>> = {
  worker: "Worker",
  manager: "Manager",
  reviewer: "Compliance reviewer",
};

export const KINDS: Readonly<Record<OrganisationKind, string>> = {
  vcu: "Victim Care Unit",
  police: "Police",
  charity: "Charity",
  housing: "Housing",
  health: "Health",
  other: "Partner organisation",
};

export const ROLE_CHOICES = [
  { value: "worker", label: "Worker", hint: "Works in the circles they are assigned to" },
  {
    value: "manager",
    label: "Manager",
    hint: "Also invites and lets in colleagues, and holds the organisation's keys",
  },
  {
    value: "reviewer",
    label: "Compliance reviewer",
    hint: "Sees who opened what and when, never what it says",
  },
] as const;

export function roleOf(text: string): Role {
  return text === "manager" || text === "reviewer" ? text : "worker";
}
