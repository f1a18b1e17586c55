/** What an invitation is called before it is answered: what it is about, or else how what is asked begins. */
import type { InvitationView } from "@/vault/api";

const LONGEST = 90;

export function invitationName({ title, text }: Pick<InvitationView, "title" | "text">): string {
  if (title) return title;
  const words = text.trim().split(/\s+/).join(" ");
  if (words.length <= LONGEST) return words || "A support circle";
  const cut = words.slice(0, LONGEST + 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), LONGEST / 2)).trimEnd()}…`;
}
