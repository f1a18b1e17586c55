/** An empty list says why it is empty; beside other lists one quiet line is enough. */
import type { ComponentChildren } from "preact";

export function EmptyLine({ children }: { readonly children: ComponentChildren }) {
  return <p class="kith-empty-line">{children}</p>;
}

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
