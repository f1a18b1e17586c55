/** What somebody in the organisation will do: always the manager's own answer. */
import type { Role } from "@/vault/api";
import { Radios } from "@/components/Field";
import { ROLE_CHOICES, roleOf } from "@/pages/organisation/words";

export interface RoleFieldProps {
  readonly role: Role;
  readonly hint?: string;
  readonly onChange: (role: Role) => void;
}

export function RoleField({ role, hint, onChange }: RoleFieldProps) {
  return (
    <Radios
      id="role"
      legend="What will they do?"
      hint={hint}
      choices={ROLE_CHOICES}
      value={role}
      onChange={(chosen) => onChange(roleOf(chosen))}
    />
  );
}
