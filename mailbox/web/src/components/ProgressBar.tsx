/** How far something is, how fast it goes, and a way to stop it. */
import { useId } from "preact/hooks";
import { Button } from "@/components/Button";
import { saySize, saySpan } from "@/app/time";

export interface ProgressBarProps {
  /** What is going on: "Uploading letter.pdf". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly bytesPerSecond?: number | undefined;
  readonly onCancel?: (() => unknown) | undefined;
}

export function ProgressBar({ label, done, total, bytesPerSecond, onCancel }: ProgressBarProps) {
  const id = useId();
  const percent = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
  const left = bytesPerSecond ? `, about ${saySpan((total - done) / bytesPerSecond)} left` : "";
  const rate = bytesPerSecond ? ` at ${saySize(bytesPerSecond)} a second${left}` : "";
  return (
    <div class="kith-progress">
      <p class="kith-progress__label" id={id}>
        {label}
      </p>
      <progress class="kith-progress__bar" max={100} value={percent} aria-labelledby={id}>
        {percent}%
      </progress>
      <p class="kith-progress__rate">
        {percent}%: {saySize(done)} of {saySize(total)}
        {rate}
      </p>
      {onCancel ? (
        <Button kind="secondary" small onClick={onCancel} label={`Cancel: ${label}`}>
          Cancel
        </Button>
      ) : null}
    </div>
  );
}
