/** A question that must be answered first. Escape and the close button answer "no". */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  readonly title: string;
  /** Closed without an answer. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Screen readers say it at once. */
  readonly urgent?: boolean | undefined;
  readonly wide?: boolean | undefined;
}

export function Dialog({ title, onClose, children, urgent = false, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      class={`kith-dialog${wide ? " kith-dialog--wide" : ""}`}
      ref={box}
      role={urgent ? "alertdialog" : undefined}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 class="govuk-heading-m" id={name}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
