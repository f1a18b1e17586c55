/** Choosing files: any accepted kind, several at once; on a phone also straight from the camera. */
import { useRef } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { useInside } from "@/pages/circle/inside";
import type { Hex } from "@/vault/api";

export interface FilePickerProps {
  readonly words: string;
  readonly camera?: boolean;
  readonly many?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A button that opens the device's own file chooser, or its camera. */
export function FilePicker({
  words,
  camera = false,
  many = true,
  disabled = false,
  onFiles,
}: FilePickerProps) {
  const vault = useVault();
  const lists = useAsked("lists", () => vault.lists());
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        class="kith-chooser"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        multiple={many && !camera}
        accept={camera ? "image/*" : lists.value?.accepted.join(",")}
        capture={camera ? "environment" : undefined}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      <Button kind="secondary" disabled={disabled} onClick={() => input.current?.click()}>
        {words}
      </Button>
    </>
  );
}

interface AttachButtonProps {
  readonly only: readonly Hex[] | null;
  /** Readers were asked for but none is chosen yet. */
  readonly blocked: boolean;
}

/** Beside the message box: the files are shared with the same readers as the message. */
export function AttachButton({ only, blocked }: AttachButtonProps) {
  const { transfers } = useInside();
  const share = (files: readonly File[]) => transfers.share(files, { description: "", only, document: null });
  return (
    <>
      <FilePicker words="Attach" disabled={blocked} onFiles={share} />
      <span class="kith-phone-only">
        <FilePicker words="Photo" camera disabled={blocked} onFiles={share} />
      </span>
    </>
  );
}
