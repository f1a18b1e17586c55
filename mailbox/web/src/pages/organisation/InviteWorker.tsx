/** Invite a colleague: a mail with a link that works once. */
import { useState } from "preact/hooks";
import type { Role } from "@/vault/api";
import { useVault } from "@/app/vault";
import { LinkPage } from "@/pages/organisation/LinkPage";
import { RoleField } from "@/pages/organisation/RoleField";

export function InviteWorker() {
  const vault = useVault();
  const [role, setRole] = useState<Role>("worker");
  return (
    <LinkPage
      heading="Invite somebody"
      tab="Invite somebody"
      hint="The link goes there. It works once, and only for this person."
      button="Send the invitation"
      send={(mail) => vault.inviteWorker(mail, role, null)}
    >
      <RoleField role={role} onChange={setRole} />
    </LinkPage>
  );
}
