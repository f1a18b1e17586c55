/** Live events: wake-ups in whatever pieces they come; and looking again where none come through. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection } from "@/hub/connection";
import { EventReader, type LineState, Live, type Wake } from "@/hub/live";

const TOPIC = "ab".repeat(32);
const EVENT = `event: circle\ndata: {"topic":"${TOPIC}","seq":12}\n\n`;

function read(...pieces: string[]): Wake[] {
  const wakes: Wake[] = [];
  const reader = new EventReader((wake) => wakes.push(wake));
  for (const piece of pieces) reader.take(piece);
  return wakes;
}

test("an event is heard in whatever pieces it comes", () => {
  for (const pieces of [[EVENT], [...EVENT], [EVENT.slice(0, 20), EVENT.slice(20)]]) {
    expect(read(...pieces)).toMatchObject([{ kind: "circle", seq: 12 }]);
  }
});

test("greetings and heartbeats wake nobody", () => {
  expect(read("retry: 3000\n\n: hello\n\n: still here\n\n")).toEqual([]);
});

test("resync says: look at everything again", () => {
  expect(read("event: resync\ndata: {}\n\n")).toMatchObject([{ kind: "resync", seq: null }]);
});

test.each(["event: circle\n\n", "event: circle\ndata: {\n\n", 'event: circle\ndata: {"topic":"zz"}\n\n'])(
  "what cannot be understood is passed over: %j",
  (text) => expect(read(text, EVENT)).toHaveLength(1),
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Heard {
  readonly wakes: Wake[];
  readonly lines: LineState[];
  readonly paths: string[];
}

/** Listens to a hub whose stream is made by `body`. */
function listening(body: (path: string) => ReadableStream<Uint8Array> | null): { live: Live; heard: Heard } {
  const heard: Heard = { wakes: [], lines: [], paths: [] };
  const send = async (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = String(url).slice("https://hub.example".length);
    heard.paths.push(path);
    const stream = body(path);
    if (stream === null) throw new TypeError("network");
    init?.signal?.addEventListener("abort", () => void stream.cancel().catch(() => undefined));
    return new Response(stream);
  };
  const connection = new Connection("https://hub.example", send);
  const live = new Live(connection, {
    wake: (wake) => heard.wakes.push(wake),
    line: (state) => heard.lines.push(state),
  });
  return { live, heard };
}

const saying = (text: string) => (): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode(text)) });

test("a stream that greets is live", async () => {
  const { live, heard } = listening(saying(`: hello\n\n${EVENT}`));
  await vi.advanceTimersByTimeAsync(100);
  live.stop();
  expect(heard.lines).toEqual(["live"]);
  expect(heard.wakes).toMatchObject([{ kind: "circle" }]);
});

test("where streams are held back it tries a padded one, then looks every 15 seconds", async () => {
  const { live, heard } = listening(() => new ReadableStream());
  await vi.advanceTimersByTimeAsync(13_000);
  expect(heard.paths).toEqual(["/v1/live", "/v1/live?pad=1"]);
  expect(heard.lines).toEqual(["polling"]);
  await vi.advanceTimersByTimeAsync(31_000);
  live.stop();
  expect(heard.wakes.filter((wake) => wake.kind === "resync")).toHaveLength(2);
});

test("a line that is gone is said, taken up again, and then everything is looked at", async () => {
  let there = false;
  const { live, heard } = listening(() => (there ? saying(": hello\n\n")() : null));
  await vi.advanceTimersByTimeAsync(500);
  expect(heard.lines).toEqual(["offline"]);
  there = true;
  live.retry();
  await vi.advanceTimersByTimeAsync(500);
  live.stop();
  expect(heard.lines).toEqual(["offline", "live"]);
});

test("a network that cuts every stream short is not asked for everything each second", async () => {
  const { live, heard } = listening(() => {
    const stream = saying(": hello\n\n")();
    return stream.pipeThrough(new TransformStream({ start: (to) => setTimeout(() => to.terminate(), 200) }));
  });
  await vi.advanceTimersByTimeAsync(120_000);
  live.stop();
  expect(heard.wakes.length).toBeGreaterThan(3);
  expect(heard.wakes.length).toBeLessThan(12);
});
