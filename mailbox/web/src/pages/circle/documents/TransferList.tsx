/** Each file on its way is one row: how far, how fast, how long still, and a way to stop or go on. */
import { announce } from "@/components/Announce";
import { Button } from "@/components/Button";
import { ProgressBar } from "@/components/ProgressBar";
import { InPlace, useInside } from "@/pages/circle/inside";
import type { RefusedFile, Transfers } from "@/pages/circle/documents/useTransfers";
import type { DownloadJob, Trouble, UploadJob } from "@/vault/api";
import { useEffect } from "preact/hooks";

const WORDS: Record<UploadJob["state"], string> = {
  checking: "Checking",
  sealing: "Sharing",
  waiting: "Waiting for the connection to share",
  posting: "Finishing",
  shared: "Shared",
  stopped: "Stopped",
  failed: "Not shared",
};

export function TransferList() {
  const { transfers } = useInside();
  const { uploads, downloads, refused } = transfers;
  if (uploads.length + downloads.length + refused.length === 0) return null;
  return (
    <ul class="kith-transfers" aria-label="Files on their way">
      {uploads.map((job) => (
        <li key={job.job} class="kith-transfers__row">
          <Upload job={job} transfers={transfers} />
        </li>
      ))}
      {refused.map((row) => (
        <li key={row.key} class="kith-transfers__row">
          <Refused row={row} transfers={transfers} />
        </li>
      ))}
      {downloads.map((job) => (
        <li key={job.job} class="kith-transfers__row">
          <Download job={job} transfers={transfers} />
        </li>
      ))}
    </ul>
  );
}

function Upload({ job, transfers }: { readonly job: UploadJob; readonly transfers: Transfers }) {
  const words = `${WORDS[job.state]}: ${job.name}`;
  useSaid(job.state, `${WORDS[job.state]}: ${job.name}`);
  if (job.state === "shared") return <Done words={words} onDismiss={() => transfers.dismiss(job.job)} />;
  if (job.state === "failed" || job.state === "stopped")
    return (
      <Ended
        words={words}
        trouble={job.trouble}
        again={job.state === "failed" ? "Try again" : "Go on"}
        onAgain={() => transfers.retryUpload(job.job)}
        onDismiss={() => transfers.dismiss(job.job)}
        name={job.name}
      />
    );
  return (
    <ProgressBar
      label={words}
      done={job.done}
      total={job.size}
      bytesPerSecond={job.state === "waiting" ? undefined : job.bytesPerSecond}
      onCancel={() => transfers.cancelUpload(job.job)}
    />
  );
}

function Download({ job, transfers }: { readonly job: DownloadJob; readonly transfers: Transfers }) {
  useSaid(job.state, job.state === "saved" ? `Saved: ${job.name}` : `Getting: ${job.name}`);
  if (job.state === "running")
    return (
      <ProgressBar
        label={`Getting and checking: ${job.name}`}
        done={job.done}
        total={job.size}
        bytesPerSecond={job.bytesPerSecond}
        onCancel={() => transfers.cancelDownload(job.job)}
      />
    );
  const dismiss = () => transfers.dismiss(job.job);
  if (job.state === "saved") return <Done words={`Saved: ${job.name}`} onDismiss={dismiss} />;
  const words = job.state === "stopped" ? `Stopped: ${job.name}` : `Not saved: ${job.name}`;
  return <Ended words={words} trouble={job.trouble} onDismiss={dismiss} name={job.name} />;
}

function Refused({ row, transfers }: { readonly row: RefusedFile; readonly transfers: Transfers }) {
  useSaid(row.key, `Not shared: ${row.file.name}`);
  return (
    <Ended
      words={`Not shared: ${row.file.name}`}
      trouble={row.trouble}
      again={row.trouble.kind === "away" ? "Try again" : undefined}
      onAgain={() => transfers.again(row)}
      onDismiss={() => transfers.dismiss(row.key)}
      name={row.file.name}
    />
  );
}

function Done({ words, onDismiss }: { readonly words: string; readonly onDismiss: () => void }) {
  return (
    <p class="kith-transfers__done">
      <span aria-hidden="true">✓ </span>
      {words}{" "}
      <Button kind="quiet" onClick={onDismiss} label={`Clear: ${words}`}>
        Clear
      </Button>
    </p>
  );
}

interface EndedProps {
  readonly words: string;
  readonly name: string;
  readonly trouble: Trouble | undefined;
  readonly again?: string | undefined;
  readonly onAgain?: () => void;
  readonly onDismiss: () => void;
}

function Said({ trouble }: { readonly trouble: Trouble | undefined }) {
  return (
    <>
      {trouble && <p class="govuk-body">{trouble.say}</p>}
      {trouble?.safe && <p class="govuk-body">{trouble.safe}</p>}
    </>
  );
}

function Ended({ words, name, trouble, again, onAgain, onDismiss }: EndedProps) {
  return (
    <div class="kith-transfers__ended">
      <p class="kith-transfers__words">
        <span aria-hidden="true">! </span>
        <strong>{words}</strong>
      </p>
      {trouble?.kind === "alarm" ? <InPlace trouble={trouble} /> : <Said trouble={trouble} />}
      <div class="kith-transfers__buttons">
        {again && (
          <Button kind="secondary" small onClick={onAgain} label={`${again}: ${name}`}>
            {again}
          </Button>
        )}
        <Button kind="quiet" onClick={onDismiss} label={`Clear: ${name}`}>
          Clear
        </Button>
      </div>
    </div>
  );
}

/** Say each change of state once. */
function useSaid(state: string, words: string): void {
  useEffect(() => announce(words), [state]);
}
