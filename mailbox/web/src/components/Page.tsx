/**
 * One page: its heading takes focus when somebody arrives, its title names the place. The title goes into the
 * browser's history, which is not sealed: never put a name, a reference or anything written by people in it.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface PageProps {
  /** What the heading says; may hold names. */
  readonly heading: ComponentChildren;
  /** What the browser's tab and history say: plain words of the product only. */
  readonly tab: string;
  /** Something above the heading, such as a BackLink. */
  readonly before?: ComponentChildren;
  readonly caption?: ComponentChildren;
  /** The form has errors: the tab says so. */
  readonly error?: boolean | undefined;
  /** Use the whole width; default two thirds, easier to read. */
  readonly wide?: boolean | undefined;
  /** Heading for screen readers only. */
  readonly headingHidden?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** Set the tab's title. */
export function useTitle(tab: string, error = false): void {
  useEffect(() => {
    document.title = `${error ? "Error: " : ""}${tab} – Kith`;
  }, [tab, error]);
}

let arrivals = 0;

export function Page(props: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(props.tab, props.error);
  useEffect(() => {
    // The browser itself puts focus right on the first page; later ones are ours.
    if (arrivals++ > 0) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, [props.tab]);
  return (
    <div class={props.wide ? "kith-page" : "kith-page kith-page--reading"}>
      {props.before}
      {props.caption ? <span class="govuk-caption-l">{props.caption}</span> : null}
      <h1
        class={props.headingHidden ? "govuk-visually-hidden" : "govuk-heading-l"}
        tabIndex={-1}
        ref={heading}
      >
        {props.heading}
      </h1>
      {props.children}
    </div>
  );
}
