/**
 * Sending many bytes so that one can see them leave: `fetch` says nothing before the answer, and on a slow line
 * that is minutes. The same as `fetch` otherwise, and a line on which nothing moves is given up.
 */
const SILENCE_MS = 60_000;
const LARGEST_ANSWER = 64 * 1024;

/** How many bytes of the body have left this device. */
export type Left = (bytes: number) => void;

/** Send `body` to `url`; the answer, of at most 64 KiB. Throws TypeError when the way was lost. */
export function sendWatched(
  url: string,
  { method, headers, signal }: RequestInit,
  body: Uint8Array<ArrayBuffer> | Blob,
  left: Left,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => request.abort();

    const moved = (): void => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
    };

    request.open(method ?? "PUT", url);
    request.responseType = "arraybuffer";
    for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      moved();
      left(loaded);
    };
    request.onprogress = ({ loaded }) => {
      moved();
      if (loaded > LARGEST_ANSWER) stop();
    };
    request.onload = () => {
      // A redirect is followed without asking; what it led to is nobody's answer.
      if (request.responseURL === url && request.status >= 200) resolve(answerOf(request));
      else reject(new TypeError("the answer came from elsewhere"));
    };
    request.onerror = () => reject(new TypeError("the way was lost"));
    request.onabort = () => reject(signal?.aborted === true ? signal.reason : new TypeError("nothing moved"));
    request.onloadend = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    if (signal?.aborted === true) return reject(signal.reason);
    signal?.addEventListener("abort", stop);
    moved();
    request.send(body);
  });
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ["Content-Type", "Date"]) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  const bare = request.status === 204 || request.status === 205 || request.status === 304;
  // Asked for as an ArrayBuffer, which its type does not say.
  const body = bare ? null : (request.response as ArrayBuffer | null);
  return new Response(body, { status: request.status, headers });
}
