/** A status in words; the colour only helps. */
import type { ComponentChildren } from "preact";

export type TagColour =
  "grey" | "green" | "teal" | "blue" | "purple" | "magenta" | "red" | "orange" | "yellow";

export function Tag({ colour = "blue", children }: { colour?: TagColour; children: ComponentChildren }) {
  return <strong class={`govuk-tag govuk-tag--${colour}`}>{children}</strong>;
}
