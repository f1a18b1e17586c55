/** Writing: the words are kept as they are typed, stay when sending fails, and say who will read them. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { useDraft, type Draft } from "@/app/draft";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { Button } from "@/components/Button";
import { TroubleNote } from "@/components/TroubleNote";
import { AttachButton } from "@/pages/circle/documents/AttachButton";
import { TransferList } from "@/pages/circle/documents/TransferList";
import { useInside } from "@/pages/circle/inside";
import { packDraft, unpackDraft, type MessageDraft } from "@/pages/circle/thread/draft";
import { ReadersChoice } from "@/pages/circle/thread/ReadersChoice";
import { OtherWords } from "@/pages/circle/OtherWords";

/** The most one message holds. Source: PROTOCOL's longest text. */
const LIMIT = 32_000;
const NEAR_LIMIT = 1_000;

export function Composer({ onSent }: { readonly onSent: () => Promise<void> }) {
  const { head } = useInside();
  if (!head.mayWrite)
    return (
      <p class="kith-composer__closed govuk-inset-text">
        {head.whyNot || "You cannot write in this circle at the moment."}
      </p>
    );
  return <Writing key={head.circle} onSent={onSent} />;
}

function Writing({ onSent }: { readonly onSent: () => Promise<void> }) {
  const { head } = useInside();
  const vault = useVault();
  const draft = useDraft(`thread:${head.circle}`);
  const message = unpackDraft(draft.text);
  const sending = useDoing();
  const write = (change: Partial<MessageDraft>) => draft.write(packDraft({ ...message, ...change }));
  const empty = message.text.trim() === "";
  const tooLong = message.text.length > LIMIT;
  const nobody = message.only !== null && message.only.length === 0;

  const [form, near] = useNear();
  const resting =
    !near && draft.others.length === 0 && empty && message.only === null && !sending.busy && !sending.trouble;

  async function send(): Promise<void> {
    if (empty || tooLong || nobody || sending.busy) return;
    const sent = await sending.run(() =>
      vault.post(head.circle, message.text.trim(), message.only, draft.press()),
    );
    if (!sent) return;
    draft.drop();
    announce("Sent");
    await onSent();
  }

  return (
    <form
      ref={form}
      class={resting ? "kith-composer kith-composer--resting" : "kith-composer"}
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TroubleNote trouble={sending.trouble} onRetry={() => void send()} />
      <TransferList />
      <OtherWords draft={draft} />
      <ReadersChoice head={head} only={message.only} onChange={(only) => write({ only })} />
      <WordsBox draft={draft} message={message} busy={sending.busy} write={write} send={send} />
      <div class="kith-composer__row">
        <Button type="submit" busy={sending.busy} busyWords="Sending" disabled={empty || tooLong || nobody}>
          Send
        </Button>
        <AttachButton only={message.only} blocked={nobody} />
        <Kept draft={draft} empty={empty} />
      </div>
    </form>
  );
}

interface WordsBoxProps {
  readonly draft: Draft;
  readonly message: MessageDraft;
  readonly busy: boolean;
  readonly write: (change: Partial<MessageDraft>) => void;
  readonly send: () => Promise<void>;
}

function WordsBox({ draft, message, busy, write, send }: WordsBoxProps) {
  const id = useId();
  const box = useGrowing(message.text);
  const left = LIMIT - message.text.length;
  return (
    <div class="kith-composer__words">
      <label class="govuk-label" for={id}>
        {message.only === null ? "Message to everyone in the circle" : "Restricted note"}
      </label>
      <textarea
        id={id}
        ref={box}
        class="govuk-textarea kith-composer__box"
        rows={1}
        autocomplete="off"
        value={message.text}
        placeholder={message.only === null ? "Write a message" : "Write a restricted note"}
        readOnly={busy || !draft.ready}
        aria-describedby={`${id}-left`}
        onInput={(event) => write({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      />
      <p id={`${id}-left`} class="kith-composer__left" aria-live="polite">
        {left < 0
          ? `${-left} characters too many. Make it shorter, or send it in two parts.`
          : left < NEAR_LIMIT
            ? `${left} characters left`
            : ""}
      </p>
    </div>
  );
}

/** How long a press that leaves the form is given to land before the form grows small under it. */
const LEAVING_MS = 400;

/** Whether somebody is in the form: on a phone it is one line until then. */
function useNear() {
  const form = useRef<HTMLFormElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const place = form.current;
    if (!place) return;
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const come = () => {
      clearTimeout(leaving);
      setNear(true);
    };
    const go = () => {
      clearTimeout(leaving);
      leaving = setTimeout(() => setNear(place.contains(document.activeElement)), LEAVING_MS);
    };
    place.addEventListener("focusin", come);
    place.addEventListener("focusout", go);
    return () => {
      clearTimeout(leaving);
      place.removeEventListener("focusin", come);
      place.removeEventListener("focusout", go);
    };
  }, []);
  return [form, near] as const;
}

/** "Draft kept", or why not. */
function Kept({ draft, empty }: { readonly draft: Draft; readonly empty: boolean }) {
  if (draft.trouble)
    return (
      <p class="kith-composer__kept" role="status">
        Your words are on this page only: {draft.trouble.say}
      </p>
    );
  return <p class="kith-composer__kept">{draft.kept && !empty ? "Draft kept" : ""}</p>;
}

/** A box as tall as its words, up to what the style allows. */
function useGrowing(text: string) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 4}px`;
  }, [text]);
  return box;
}
