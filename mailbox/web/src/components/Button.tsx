/** Buttons say what they do; while they do it they say so and cannot be pressed twice. */
import type { ComponentChildren } from "preact";
import { navigate } from "@/app/router";

export type ButtonKind = "primary" | "secondary" | "warning" | "quiet";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly kind?: ButtonKind | undefined;
  /** Default "button"; "submit" inside a form. */
  readonly type?: "button" | "submit" | undefined;
  readonly onClick?: (() => unknown) | undefined;
  readonly busy?: boolean | undefined;
  /** What it says while busy, such as "Sending". */
  readonly busyWords?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** What a screen reader hears when the words alone are not enough ("Complete: ring the landlord"). */
  readonly label?: string | undefined;
  readonly describedBy?: string | undefined;
  readonly small?: boolean | undefined;
  readonly id?: string | undefined;
}

function classes(kind: ButtonKind, small: boolean): string {
  const own = kind === "quiet" ? "kith-link-button" : "govuk-button";
  const variant = kind === "secondary" || kind === "warning" ? ` govuk-button--${kind}` : "";
  return `${own}${variant}${small ? " kith-button--small" : ""}`;
}

export function Button(props: ButtonProps) {
  const { kind = "primary", type = "button", busy = false, small = false } = props;
  return (
    <button
      type={type}
      id={props.id}
      class={classes(kind, small)}
      aria-disabled={busy || props.disabled ? "true" : undefined}
      aria-label={busy ? undefined : props.label}
      aria-describedby={props.describedBy}
      onClick={(event) => {
        if (busy || props.disabled) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {busy ? `${props.busyWords ?? "Please wait"}…` : props.children}
    </button>
  );
}

/** Several buttons beside each other, one below the other on a phone. */
export function ButtonGroup({ children }: { readonly children: ComponentChildren }) {
  return <div class="govuk-button-group">{children}</div>;
}

export interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string | undefined;
  readonly current?: boolean | undefined;
  readonly label?: string | undefined;
}

function plainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** A link inside the app. */
export function Link(props: LinkProps) {
  return (
    <a
      href={props.to}
      class={props.class ?? "govuk-link"}
      aria-current={props.current ? "page" : undefined}
      aria-label={props.label}
      onClick={(event) => {
        if (!plainClick(event)) return;
        event.preventDefault();
        navigate(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

/** A link that looks like a button: it goes somewhere, it does nothing by itself. */
export function ButtonLink(props: LinkProps & { readonly kind?: ButtonKind | undefined }) {
  const { kind = "primary", ...link } = props;
  return <Link {...link} class={classes(kind, false)} />;
}

/** "Back", at the top of a page that was reached from another. */
export function BackLink({ to, children = "Back" }: { to: string; children?: ComponentChildren }) {
  return (
    <Link to={to} class="govuk-back-link">
      {children}
    </Link>
  );
}
