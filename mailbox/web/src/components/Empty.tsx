/** An empty list says why it is empty. */
import type { ComponentChildren } from "preact";

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="kith-empty">
      <p class="kith-empty__title">{title}</p>
      {children}
    </div>
  );
}
