/** An alarm says what happened, what is safe and whom to tell; what was kept as evidence is one press away. */
import { useRef, useState } from "preact/hooks";
import type { Trouble } from "@/vault/api";
import { Button } from "@/components/Button";
import { Details } from "@/components/Details";

function report(trouble: Trouble): string {
  const lines = [
    `What happened: ${trouble.say}`,
    trouble.safe ? `What is safe: ${trouble.safe}` : "",
    `Code: ${trouble.code}`,
    trouble.item === undefined ? "" : `Rule: ${trouble.item}`,
    trouble.evidence ? `Evidence: ${trouble.evidence}` : "",
  ];
  return lines.filter(Boolean).join("\n");
}

/** Select it and copy what is selected: works without leave to use the clipboard. */
function copyText(part: HTMLElement): boolean {
  const selection = getSelection();
  selection?.selectAllChildren(part);
  return document.execCommand("copy");
}

export interface AlarmProps {
  readonly trouble: Trouble;
  /** Inside a list or a thread: one quiet box instead of a large one. */
  readonly small?: boolean | undefined;
}

export function Alarm({ trouble, small = false }: AlarmProps) {
  const [copied, setCopied] = useState("");
  const text = useRef<HTMLPreElement>(null);
  const copy = () =>
    setCopied(
      text.current && copyText(text.current)
        ? "Copied. Paste it into your report."
        : "It could not be copied. Select the text above instead.",
    );
  return (
    <section
      class={`kith-alarm${small ? " kith-alarm--small" : ""}`}
      role="alert"
      aria-label="Security alarm"
    >
      <p class="kith-alarm__title">
        <span class="kith-alarm__mark" aria-hidden="true">
          !
        </span>
        <strong>Stopped to keep people safe</strong>
      </p>
      <p class="govuk-body">{trouble.say}</p>
      {trouble.safe ? (
        <p class="govuk-body">
          <strong>What is safe:</strong> {trouble.safe}
        </p>
      ) : null}
      {trouble.tell ? (
        <p class="govuk-body">
          <strong>Whom to tell:</strong> {trouble.tell}
        </p>
      ) : null}
      <Details summary="Security details for your report">
        <pre class="kith-evidence" ref={text}>
          {report(trouble)}
        </pre>
        <Button kind="secondary" small onClick={copy}>
          Copy these details
        </Button>
        <p class="govuk-body" aria-live="polite">
          {copied}
        </p>
      </Details>
    </section>
  );
}
