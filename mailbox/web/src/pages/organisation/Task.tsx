/** One thing a manager does: each has a page of its own that says what it will do before it does it. */
import type { ColleagueView, OrganisationView } from "@/vault/api";
import { useAsked } from "@/app/asked";
import { useSession, useVault } from "@/app/vault";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Answer } from "@/components/TroubleNote";
import { NotFound } from "@/pages/notfound/NotFound";
import { back } from "@/pages/organisation/back";
import { Admit } from "@/pages/organisation/Admit";
import { InviteWorker } from "@/pages/organisation/InviteWorker";
import { Caseload } from "@/pages/organisation/Caseload";
import { ChangeKeys, Kit } from "@/pages/organisation/Keys";
import { ChangeRole, Leaver, ReplaceWords } from "@/pages/organisation/Person";

export interface TaskProps {
  readonly task: string;
  /** The worker or the invitation it is about. */
  readonly worker: string;
}

export function Task({ task, worker }: TaskProps) {
  const vault = useVault();
  const session = useSession();
  const asked = useAsked("organisation", () => vault.organisation());
  if (session.role !== "manager")
    return (
      <Page heading="Only managers can do this" tab="Organisation" before={back}>
        <Notice title="Ask a manager of your organisation." />
      </Page>
    );
  if (task === "invite") return <InviteWorker />;
  if (task === "kit") return <Kit />;
  if (task === "keys") return <ChangeKeys />;
  return (
    <Answer asked={asked} words="Looking at your organisation">
      {(view) => <About view={view} task={task} worker={worker} />}
    </Answer>
  );
}

function About({ view, task, worker }: TaskProps & { readonly view: OrganisationView }) {
  const colleague: ColleagueView | undefined = view.colleagues.find((one) => one.worker === worker);
  if (task === "admit") return <Admit view={view} invitation={worker} />;
  const others = view.colleagues.filter((one) => one.state === "member" && one.worker !== worker);
  const heirs = others.filter((one) => one.role !== "reviewer");
  if (task === "circles" && colleague) return <Caseload colleague={colleague} others={heirs} />;
  if (!colleague || colleague.state === "removed" || colleague.me) return <NotFound />;
  if (task === "role") return <ChangeRole colleague={colleague} />;
  if (task === "words") return <ReplaceWords colleague={colleague} />;
  if (task === "leaver") return <Leaver colleague={colleague} others={heirs} />;
  return <NotFound />;
}
