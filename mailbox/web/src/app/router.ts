/** Where somebody is: paths to pages and back. Pure, so that a link in a mail and a click mean the same place. */
import { useEffect, useState } from "preact/hooks";

export const CIRCLE_TABS = ["thread", "plan", "documents", "people", "timeline", "invite", "about"] as const;
export type CircleTab = (typeof CIRCLE_TABS)[number];

const PLAIN = [
  "sign-in",
  "unlock",
  "enrol",
  "recover",
  "today",
  "circles",
  "organisation",
  "settings",
  "connection",
  "security",
] as const;
export type PlainPage = (typeof PLAIN)[number];

export type Route =
  | { readonly page: PlainPage | "home" | "open-circle" | "not-found" }
  | { readonly page: "organisation-task"; readonly task: string; readonly worker: string }
  | { readonly page: "go"; readonly token: string }
  | CircleRoute;

/** A circle's tab, and what stands behind it in the path: `/circles/HEX/documents/DOCUMENT/2`. */
export interface CircleRoute {
  readonly page: "circle";
  readonly circle: string;
  readonly tab: CircleTab;
  readonly rest: readonly string[];
}

const ID = /^[0-9a-f]{16,64}$/;
const WITHIN = /^[a-z0-9-]{1,64}$/;
const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;

function isOneOf<T extends string>(list: readonly T[], text: string): text is T {
  return list.some((one) => one === text);
}

function circleRoute(circle: string, rest: readonly string[]): Route {
  const [tab = "thread", ...within] = rest;
  const known = isOneOf(CIRCLE_TABS, tab) && within.every((part) => WITHIN.test(part));
  if (!ID.test(circle) || within.length > 2 || !known) return { page: "not-found" };
  return { page: "circle", circle, tab, rest: within };
}

/** What a path of this app means. Unknown paths are "not-found", never an error. */
export function routeOf(path: string): Route {
  const [first = "", second, ...rest] = path.split(/[?#]/, 1)[0]!.split("/").filter(Boolean);
  if (first === "") return { page: "home" };
  if (first === "go" && second && TOKEN.test(second)) return { page: "go", token: second };
  if (first === "circles" && second === "new" && rest.length === 0) return { page: "open-circle" };
  if (first === "circles" && second) return circleRoute(second, rest);
  if (first === "organisation" && second && rest.length < 2)
    return { page: "organisation-task", task: second, worker: rest[0] ?? "" };
  if (second === undefined && isOneOf(PLAIN, first)) return { page: first };
  return { page: "not-found" };
}

/** The path of a circle's tab; the thread is the circle's own address. */
export function circlePath(circle: string, tab: CircleTab = "thread"): string {
  return tab === "thread" ? `/circles/${circle}` : `/circles/${circle}/${tab}`;
}

const MOVED = "kith-moved";

export interface Going {
  /** Back skips the page that was here. */
  readonly replace?: boolean;
  /** One plain sentence to read on arrival. It stays in the browser's history: words of the product only. */
  readonly note?: string;
}

/** Go to a path of this app. */
export function navigate(path: string, going: Going = {}): void {
  const target = path.startsWith("/") && !path.startsWith("//") ? path : "/";
  const state = going.note ? { note: going.note } : null;
  if (going.replace) history.replaceState(state, "", target);
  else history.pushState(state, "", target);
  dispatchEvent(new Event(MOVED));
}

/** The path now, rendered again when it changes. */
export function usePath(): string {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const look = () => setPath(location.pathname);
    addEventListener("popstate", look);
    addEventListener(MOVED, look);
    look();
    return () => {
      removeEventListener("popstate", look);
      removeEventListener(MOVED, look);
    };
  }, []);
  return path;
}

/** What `navigate` said on the way here, once: a reload does not repeat it. */
export function useNote(): string {
  const [note] = useState(() => {
    const state: unknown = history.state;
    return typeof state === "object" && state !== null && "note" in state ? String(state.note) : "";
  });
  useEffect(() => {
    if (note) history.replaceState(null, "", location.href);
  }, [note]);
  return note;
}
