/** Bodies of answers, read with a bound on their size and on how long the line may stay silent. */
import { Away, BadAnswer, NewerVersion, Refused } from "@/end/errors";
import type { Decode } from "@/hub/decoding";
import { concat } from "@/protocol/bytes";

const PROBLEM_LIMIT = 64 * 1024;
const SILENCE_MS = 60_000;

/** The pieces of a body, at most `limit` bytes in all. Throws Away, BadAnswer. */
export async function* pieces(
  response: Response,
  limit: number,
  silenceMs = SILENCE_MS,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let left = limit;
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs);
      if (done) return;
      left -= value.length;
      if (left < 0) throw new BadAnswer("The hub sent more than was asked for.");
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined); // the line may be gone already
  }
}

/** A whole body of at most `limit` bytes. */
export async function whole(response: Response, limit: number): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces(response, limit)) found.push(piece);
  return concat(...found);
}

/** A body of JSON, checked. An empty one is an empty object. */
export async function read<T>(response: Response, decode: Decode<T>, limit: number): Promise<T> {
  const raw = await whole(response, limit);
  if (raw.length === 0) return decode({});
  if (media(response) !== "application/json") throw new BadAnswer();
  return decode(json(raw));
}

/** The hub's problem document (RFC 9457) as an error. */
export async function refusal(response: Response): Promise<Refused | NewerVersion | BadAnswer> {
  const raw = await whole(response, PROBLEM_LIMIT);
  if (media(response) !== "application/problem+json") return new BadAnswer();
  const problem = json(raw);
  if (typeof problem !== "object" || problem === null) return new BadAnswer();
  // An object of JSON is such a record.
  const facts = problem as Readonly<Record<string, unknown>>;
  const code = text(facts["code"], 64) || "refused";
  if (code === "update-needed") return new NewerVersion();
  const [title, detail] = [text(facts["title"], 200), text(facts["detail"], 500)];
  return new Refused(response.status, code, [title && `${title}.`, detail].filter(Boolean).join(" "), facts);
}

/** `promise`, or Away when nothing came for so long. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Away()), ms);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function media(response: Response): string {
  return (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim() ?? "";
}

function json(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
  } catch {
    throw new BadAnswer("The hub's answer cannot be understood.");
  }
}

/** Text from outside, bounded, its control characters made spaces. */
function text(value: unknown, most: number): string {
  if (typeof value !== "string") return "";
  return value.slice(0, most).replace(/\p{C}/gu, " ");
}
