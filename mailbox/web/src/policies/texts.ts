/**
 * What a text looks like by how it begins: a note, a saved mail, or something that acts when it is opened.
 *
 * Marks of pages and scripts count wherever they stand near the beginning, as programs that open such files
 * look there too; a saved mail may hold a page, for it is shown as text.
 */

const LOOKED_AT = 4096;
/** Control characters that no text holds; tab, line feed, form feed, carriage return and escape are left out. */
const CONTROL = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;
const MAIL =
  /^(Received|Return-Path|Delivered-To|Message-ID|From|To|Subject|Date|MIME-Version|DKIM-Signature|ARC-[A-Za-z-]+|X-[A-Za-z-]+): /i;
const FIELD = /^[A-Za-z-]+:[^\n]*\n([\t ][^\n]*\n)*[A-Za-z-]+:/;

/** [media type, how such a text looks]: the first that fits. */
const LOOKS: readonly (readonly [media: string, look: RegExp])[] = [
  ["text/x-shellscript", /^#!/],
  ["text/x-php", /<\?(php|=)/i],
  ["text/x-msdos-batch", /^\s*@?echo off/i],
  ["application/x-mswinurl", /^\s*\[InternetShortcut\]/i],
  ["application/x-wine-extension-ini", /^\s*\[\.ShellClassInfo\]/i],
];
const ACTIVE: readonly (readonly [media: string, look: RegExp])[] = [
  ["image/svg+xml", /<svg[\s>/]/i],
  ["text/html", /<(!doctype html|html|head|body|script|iframe|style|title)[\s>/]/i],
  ["text/xml", /^\s*<\?xml/i],
];

/** Whether these bytes can be text in a common encoding: nothing but characters, and no control characters. */
export function isText(start: Uint8Array): boolean {
  return !CONTROL.test(read(start));
}

/** The media type of a text. */
export function textType(start: Uint8Array): string {
  const text = read(start.subarray(0, LOOKED_AT)).replace(/^\ufeff/, "");
  const acts = LOOKS.find(([, look]) => look.test(text));
  if (acts !== undefined) return acts[0];
  if (MAIL.test(text) && FIELD.test(text.replaceAll("\r", ""))) return "message/rfc822";
  return ACTIVE.find(([, look]) => look.test(text))?.[0] ?? "text/plain";
}

/** By its mark UTF-16, else as Latin-1, in which every byte is a character: only ASCII is looked at. */
function read(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const marked = first === 0xef && second === 0xbb && bytes[2] === 0xbf;
  return new TextDecoder("latin1").decode(marked ? bytes.subarray(3) : bytes);
}
