/** Something to know, marked by shape and words as well as colour. */
import type { ComponentChildren } from "preact";

export type NoticeKind = "information" | "success" | "warning" | "error";

const MARKS: Record<NoticeKind, string> = { information: "i", success: "✓", warning: "!", error: "!" };

export interface NoticeProps {
  readonly kind?: NoticeKind | undefined;
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  /** The heading's level when the notice is a part of its own; default: no heading. */
  readonly level?: 2 | 3 | undefined;
}

export function Notice({ kind = "information", title, children, level }: NoticeProps) {
  const Title = level === 2 ? "h2" : level === 3 ? "h3" : "p";
  return (
    <div class={`kith-notice kith-notice--${kind}`}>
      <span class="kith-notice__mark" aria-hidden="true">
        {MARKS[kind]}
      </span>
      <div class="kith-notice__body">
        <Title class="kith-notice__title">{title}</Title>
        {children}
      </div>
    </div>
  );
}

/** A band across the page's top that asks for something, or tells how it went. */
export function Banner(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly success?: boolean | undefined;
}) {
  return (
    <div
      class={`govuk-notification-banner${props.success ? " govuk-notification-banner--success" : ""}`}
      role={props.success ? "alert" : "region"}
      aria-label={props.title}
    >
      <div class="govuk-notification-banner__header">
        <p class="govuk-notification-banner__title">{props.title}</p>
      </div>
      <div class="govuk-notification-banner__content">{props.children}</div>
    </div>
  );
}
