/**
 * The line between the service worker and a vault that serves opened documents: for each request a port of its
 * own, on which the vault says a head, then a piece for every "more", then the end.
 */

export const OPENED_PATH = "/opened/";
/** What the service worker says to pages when it has no line to a vault (any more). */
export const PORT_WANTED = "kith:port-wanted";

/** To the vault, with the port to answer on. `range`: the request's Range header. */
export interface ToServer {
  readonly id: string;
  readonly range: string | null;
}

export interface Head {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string>>;
}

/** From the vault. "none": no such document is open here. "broken": what follows cannot be given. */
export type Served =
  | { readonly head: Head }
  | { readonly piece: Uint8Array }
  | { readonly end: true }
  | { readonly none: true }
  | { readonly broken: true };

/** From the service worker, on the same port. */
export type Wish = "more" | "stop";
