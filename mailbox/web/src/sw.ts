/// <reference lib="webworker" />
/**
 * The service worker: gives opened documents an address in this browser, so that a video plays and seeks and a
 * file is saved without ever being whole in memory; and hands a session from one tab's vault to another's, since
 * it alone can tell a vault from a page. It holds no key and keeps nothing: it passes ranges asked of `/opened/ID`
 * on to the vault that opened the document, and sealed sessions below `/tabs/`; nothing else is touched.
 */
import { Questions } from "@/handover/questions";
import { type Asked, CHANNEL, HANDOVER_PATH } from "@/vault/handover";
import type { Head, Served, ToServer } from "@/vault/opened";
import { OPENED_PATH, PORT_WANTED } from "@/vault/opened";

declare const self: ServiceWorkerGlobalScope;

const PATIENCE_MS = 10_000;
const doors = new Set<MessagePort>();
let wakeUp: (() => void) | null = null;
const everyTab = new BroadcastChannel(CHANNEL);
const questions = new Questions(self.location.origin, (question) =>
  everyTab.postMessage({ type: "asked", question } satisfies Asked),
);

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  if (port === undefined) return;
  doors.add(port);
  wakeUp?.();
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin) return;
  if (pathname.startsWith(OPENED_PATH))
    event.respondWith(opened(pathname.slice(OPENED_PATH.length), event.request));
  else if (pathname.startsWith(HANDOVER_PATH)) event.respondWith(handedOver(event));
});

/** Who asks is what the browser says, never what the request says. */
async function handedOver({ clientId, request }: FetchEvent): Promise<Response> {
  return await questions.answer(request, await self.clients.get(clientId));
}

/** The answer to one request for an opened document. */
async function opened(id: string, request: Request): Promise<Response> {
  if (request.method !== "GET" || !/^[0-9a-f]{32}$/.test(id)) return gone();
  const range = request.headers.get("range");
  if (doors.size === 0) await askForDoors();
  const found = (await tryAll(id, range)) ?? ((await askForDoors()) ? await tryAll(id, range) : null);
  if (found === null) return gone();
  return new Response(streamed(found.line, found.head), {
    status: found.head.status,
    headers: found.head.headers,
  });
}

function gone(): Response {
  return new Response("This document is closed. Open it again from its circle.", {
    status: 404,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  });
}

/** A service worker is stopped and started as the browser likes: pages are asked for a line again. */
async function askForDoors(): Promise<boolean> {
  const pages = await self.clients.matchAll({ type: "window" });
  if (pages.length === 0) return false;
  doors.clear();
  const came = new Promise<boolean>((resolve) => {
    wakeUp = () => resolve(true);
    setTimeout(() => resolve(false), 2000);
  });
  for (const page of pages) page.postMessage(PORT_WANTED);
  return came;
}

interface Found {
  readonly head: Head;
  readonly line: MessagePort;
}

/** All vaults are asked at once, and one of them has it: a door whose page is gone keeps nobody waiting. */
async function tryAll(id: string, range: string | null): Promise<Found | null> {
  const asked = [...doors].map((door) => ask(door, { id, range }));
  return await Promise.any(asked).catch(() => null);
}

/** What one vault has. Rejects when it has nothing, or says nothing. */
function ask(door: MessagePort, asked: ToServer): Promise<Found> {
  const { port1: line, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    const silent = setTimeout(() => {
      doors.delete(door);
      refuse();
    }, PATIENCE_MS);
    const refuse = (): void => {
      line.close();
      reject(new TypeError("not here"));
    };
    line.onmessage = ({ data }: MessageEvent<Served>) => {
      clearTimeout(silent);
      if ("head" in data) resolve({ head: data.head, line });
      else refuse();
    };
    door.postMessage(asked, [port2]);
  });
}

/** Piece by piece, and only when the reader wants more: what is not looked at is not fetched. */
function streamed(line: MessagePort, head: Head): ReadableStream<Uint8Array> | null {
  if (head.status === 416) return null;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        line.onmessage = ({ data }: MessageEvent<Served>) => {
          if ("piece" in data) controller.enqueue(data.piece);
          else if ("end" in data) controller.close();
          else controller.error(new TypeError("the document could not be read to its end"));
          if (!("piece" in data)) line.close();
        };
      },
      pull: () => line.postMessage("more"),
      cancel() {
        line.postMessage("stop");
        line.close();
      },
    },
    { highWaterMark: 1 },
  );
}
