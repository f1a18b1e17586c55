/** One support circle: who it is about and how to reach them safely always in sight, its parts behind tabs. */
import { useEffect, useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { circlePath, type CircleTab } from "@/app/router";
import { useNow, useVault } from "@/app/vault";
import { Alarm } from "@/components/Alarm";
import { BackLink, Button } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Tabs } from "@/components/Tabs";
import { TroubleNote } from "@/components/TroubleNote";
import { About } from "@/pages/circle/about/About";
import { BreakGlass, glassSlot, isNotAssigned } from "@/pages/circle/BreakGlass";
import { Documents } from "@/pages/circle/documents/Documents";
import { PreviewPage } from "@/pages/circle/documents/Preview";
import { useTransfers } from "@/pages/circle/documents/useTransfers";
import { IdentityBar } from "@/pages/circle/IdentityBar";
import { InPlace, InsideContext } from "@/pages/circle/inside";
import { Invited } from "@/pages/circle/Invited";
import { Invite } from "@/pages/circle/invite/Invite";
import { People } from "@/pages/circle/people/People";
import { Plan } from "@/pages/circle/plan/Plan";
import { Thread } from "@/pages/circle/thread/Thread";
import { Timeline } from "@/pages/circle/timeline/Timeline";
import type { BreakGlass as Reason, CircleHead, Trouble } from "@/vault/api";
import "@/styles/circle.scss";

export interface CircleProps {
  readonly circle: string;
  readonly tab: CircleTab;
  /** What stands behind the tab in the path. */
  readonly rest: readonly string[];
}

/** Plain words only: the title of the browser's tab goes into its history. */
const TAB_WORDS: Record<CircleTab, string> = {
  thread: "Thread",
  plan: "Care plan",
  documents: "Documents",
  people: "People",
  timeline: "Timeline",
  invite: "Invite",
  about: "About this circle",
};

const TABS: readonly CircleTab[] = ["thread", "plan", "documents", "people", "timeline", "about"];

export function Circle(props: CircleProps) {
  return <OneCircle key={props.circle} {...props} />;
}

function OneCircle({ circle, tab, rest }: CircleProps) {
  const vault = useVault();
  const [reason, setReason] = useState<Reason | undefined>(undefined);
  const asked = useAsked(`circle:${circle}`, () => vault.circle(circle, reason), [reason]);
  const head = asked.value;
  const openedFor = reason !== undefined && head !== undefined;
  useEffect(() => {
    if (openedFor) void vault.dropDraft(glassSlot(circle)).catch(() => undefined);
  }, [vault, circle, openedFor]);
  if (head) return <Opened head={head} tab={tab} rest={rest} again={asked.again} trouble={asked.trouble} />;
  if (reason || isNotAssigned(asked.trouble))
    return (
      <BreakGlass
        circle={circle}
        busy={asked.asking}
        trouble={reason ? asked.trouble : undefined}
        onReason={setReason}
      />
    );
  return (
    <Page heading="Circle" tab="Circle" headingHidden before={<BackLink to="/circles">All circles</BackLink>}>
      {asked.trouble ? (
        <TroubleNote trouble={asked.trouble} onRetry={asked.again} />
      ) : (
        <Loading words="Opening the circle" />
      )}
    </Page>
  );
}

interface OpenedProps extends Omit<CircleProps, "circle"> {
  readonly head: CircleHead;
  readonly again: () => void;
  /** Why it could not be looked at again: what is shown may be old. */
  readonly trouble: Trouble | undefined;
}

function Opened({ head, tab, rest, again, trouble }: OpenedProps) {
  const now = useNow();
  const transfers = useTransfers(head.circle);
  if (head.alarm)
    return (
      <Page heading="This circle was not opened" tab="Circle stopped" before={<BackLink to="/circles" />}>
        <Alarm trouble={head.alarm} />
      </Page>
    );
  return (
    <InsideContext.Provider value={{ head, now, again, transfers }}>
      {head.standing === "invited" ? (
        <Invited />
      ) : (
        <Page heading={`${TAB_WORDS[tab]}: ${head.title}`} tab={TAB_WORDS[tab]} headingHidden wide>
          {trouble ? <MayBeOld trouble={trouble} again={again} /> : null}
          <IdentityBar />
          <InPlace trouble={head.aboutAlarm} />
          <Tabs
            label="Parts of this circle"
            items={tabItems(head)}
            current={circlePath(head.circle, shownTab(tab))}
          />
          <Part tab={tab} rest={rest} />
        </Page>
      )}
    </InsideContext.Provider>
  );
}

/** Old safe-contact words can hurt: whoever reads them must know that they may be old. */
function MayBeOld({ trouble, again }: { readonly trouble: Trouble; readonly again: () => void }) {
  if (trouble.kind === "alarm") return <Alarm trouble={trouble} />;
  return (
    <div role="alert">
      <Notice kind="warning" title="This may be out of date">
        <p class="govuk-body">
          {trouble.say} Until then do not rely on how to reach the person safely: ring the circle's owner
          first.
        </p>
        <Button kind="secondary" small onClick={again}>
          Look again
        </Button>
      </Notice>
    </div>
  );
}

function tabItems(head: CircleHead) {
  return TABS.map((tab) => ({
    to: circlePath(head.circle, tab),
    label: tab === "about" ? "About" : TAB_WORDS[tab],
  }));
}

function shownTab(tab: CircleTab): CircleTab {
  return tab === "invite" ? "people" : tab;
}

function Part({ tab, rest }: { readonly tab: CircleTab; readonly rest: readonly string[] }) {
  const [first, second] = rest;
  switch (tab) {
    case "thread":
      return <Thread />;
    case "plan":
      return <Plan rest={rest} />;
    case "documents":
      return first ? <PreviewPage document={first} number={Number(second) || 1} /> : <Documents />;
    case "people":
      return <People rest={rest} />;
    case "timeline":
      return <Timeline />;
    case "invite":
      return <Invite />;
    case "about":
      return <About rest={rest} />;
  }
}
