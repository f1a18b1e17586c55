/** The thread: newest at the foot, opened where the unread begin, and never moved under a reader's eyes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { count } from "@/app/time";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { Button } from "@/components/Button";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { TroubleNote } from "@/components/TroubleNote";
import { InPlace, mayManage, useInside } from "@/pages/circle/inside";
import { Composer } from "@/pages/circle/thread/Composer";
import { Entry } from "@/pages/circle/thread/Entry";
import { arrivedAfter, dayOf, grouped, type Shown } from "@/pages/circle/thread/grouping";
import { useScrollPlace } from "@/pages/circle/thread/useScrollPlace";
import { useSeen } from "@/pages/circle/thread/useSeen";
import { useThread, type ThreadState } from "@/pages/circle/thread/useThread";
import type { ReaderView, Trouble } from "@/vault/api";

/** The hub wakes who looks on when somebody has read; where its events are lost, it is asked now and then. */
const READERS_MS = 120_000;

export function Thread() {
  const { head } = useInside();
  const [openedAt] = useState(head.readSeq);
  const thread = useThread(head.circle, openedAt, head.seq);
  return (
    <div class="kith-thread">
      <h2 class="govuk-visually-hidden">Thread</h2>
      <TroubleNote trouble={thread.trouble} onRetry={thread.again} />
      {thread.ready ? (
        <ThreadList thread={thread} openedAt={openedAt} />
      ) : (
        !thread.trouble && <Loading words="Opening what was said" />
      )}
      <Composer onSent={() => thread.latest().then(toFoot)} />
    </div>
  );
}

function ThreadList({ thread, openedAt }: { readonly thread: ThreadState; readonly openedAt: number }) {
  const { head } = useInside();
  const vault = useVault();
  const readers = useAsked(`circle:${head.circle}:readers`, () => vault.readers(head.circle));
  useEvery(READERS_MS, readers.again);
  const list = useRef<HTMLDivElement>(null);
  const place = useScrollPlace(list, thread.entries);
  useSeen(head.circle, list, thread.entries, openedAt);
  const arrived = useArrived(thread, place.atEnd);

  if (thread.entries.length === 0)
    return <Empty title="Nothing was said here yet">Write the first message below.</Empty>;
  return (
    <>
      <Older thread={thread} />
      <ReceiptAlarms readers={readers.value ?? []} trouble={readers.trouble} />
      <div class="kith-thread__list" ref={list}>
        {grouped(thread.entries, openedAt).map((shown) => (
          <Line key={shown.key} shown={shown} readers={readers.value ?? []} mayErase={mayManage(head)} />
        ))}
      </div>
      {thread.hasNewer && (
        <p class="kith-thread__more">
          <Button
            kind="secondary"
            onClick={thread.newer}
            busy={thread.busy === "newer"}
            busyWords="Getting more"
          >
            Show newer messages
          </Button>{" "}
          <Button kind="secondary" onClick={() => void thread.latest().then(place.toEnd)}>
            Go to the newest
          </Button>
        </p>
      )}
      {arrived > 0 && !place.atEnd && !thread.hasNewer && (
        <p class="kith-thread__arrived">
          <Button onClick={place.toEnd} small>
            {count(arrived, "new message")} <span aria-hidden="true">↓</span>
          </Button>
        </p>
      )}
    </>
  );
}

interface ReceiptAlarmsProps {
  readonly readers: readonly ReaderView[];
  readonly trouble: Trouble | undefined;
}

/** A read receipt that is none counts for nothing, and that is said: once for each kind. */
function ReceiptAlarms({ readers, trouble }: ReceiptAlarmsProps) {
  const all = [trouble?.kind === "alarm" ? trouble : undefined, ...readers.map((reader) => reader.alarm)];
  const kinds = new Map(all.flatMap((alarm) => (alarm ? [[alarm.code, alarm] as const] : [])));
  return (
    <>
      {[...kinds].map(([code, alarm]) => (
        <InPlace key={code} trouble={alarm} />
      ))}
    </>
  );
}

function Older({ thread }: { readonly thread: ThreadState }) {
  if (!thread.hasOlder) return <p class="kith-thread__start">This is where the circle begins.</p>;
  return (
    <p class="kith-thread__more">
      <Button kind="secondary" onClick={thread.older} busy={thread.busy === "older"} busyWords="Getting more">
        Show older messages
      </Button>
    </p>
  );
}

/** Do it again and again while the page is in sight. */
function useEvery(ms: number, work: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && work(), ms);
    return () => clearInterval(timer);
  }, [ms, work]);
}

/** Once the newest is drawn: one's own words are in sight after sending. */
function toFoot(): void {
  requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight }));
}

interface LineProps {
  readonly shown: Shown;
  readonly readers: readonly ReaderView[];
  readonly mayErase: boolean;
}

function Line({ shown, readers, mayErase }: LineProps) {
  const { head } = useInside();
  if (shown.type === "day") return <h3 class="kith-thread__day">{dayOf(shown.at)}</h3>;
  if (shown.type === "new")
    return (
      <p class="kith-thread__new" data-new>
        <span>New since you last looked</span>
      </p>
    );
  return (
    <Entry
      circle={head.circle}
      entry={shown.entry}
      members={head.members}
      readers={readers}
      mayErase={mayErase}
    />
  );
}

/** How many messages of others came since the reader last stood at the end. */
function useArrived(thread: ThreadState, atEnd: boolean): number {
  const last = thread.entries.at(-1)?.seq ?? 0;
  const [since, setSince] = useState(last);
  useEffect(() => {
    if (atEnd) setSince(last);
  }, [atEnd, last]);
  const arrived = arrivedAfter(thread.entries, since);
  const told = useRef(0);
  useEffect(() => {
    if (arrived > told.current) announce(`${count(arrived, "new message")} in this circle`);
    told.current = arrived;
  }, [arrived]);
  return arrived;
}
