/** What files look like by their first bytes, and what stands in containers. */
import { describe, expect, it } from "vitest";
import { namesInside } from "@/policies/containers";
import { acceptedTypes } from "@/policies/documents";
import { inspect } from "@/policies/inspect";
import { detect } from "@/policies/sniffing";

/** Each character a byte. */
const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const little = (number: number, size: number): string =>
  Array.from({ length: size }, (_, at) => String.fromCharCode((number >>> (8 * at)) & 255)).join("");

/** A zip of empty parts, stored; `first` may have contents. */
function zip(names: readonly string[], contents = ""): string {
  let [parts, index] = ["", ""];
  names.forEach((name, place) => {
    const content = place === 0 ? contents : "";
    const sizes = little(0, 12) + little(content.length, 4) + little(content.length, 4);
    const common = little(20, 2) + sizes + little(name.length, 2) + little(0, 2);
    index += `PK\x01\x02${little(20, 2)}${common}${little(0, 10)}${little(parts.length, 4)}${name}`;
    parts += `PK\x03\x04${common}${name}${content}`;
  });
  const count = little(names.length, 2);
  return `${parts}${index}PK\x05\x06${little(0, 4)}${count}${count}${little(index.length, 4)}${little(parts.length, 4)}${little(0, 2)}`;
}

const blob = (text: string): Blob => new Blob([bytes(text)]);

const LOOKS: readonly (readonly [media: string, start: string])[] = [
  ["inode/x-empty", ""],
  ["application/pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3"],
  ["image/jpeg", "\xff\xd8\xff\xe0\0\x10JFIF"],
  ["image/png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
  ["image/gif", "GIF89a\x01\0"],
  ["image/webp", "RIFF\x10\0\0\0WEBPVP8 "],
  ["audio/x-wav", "RIFF\x10\0\0\0WAVEfmt "],
  ["application/octet-stream", "RIFF\x10\0\0\0AVI LIST"],
  ["image/heic", "\0\0\0\x18ftypheic\0\0\0\0"],
  ["image/heif", "\0\0\0\x18ftypmif1\0\0\0\0"],
  ["video/mp4", "\0\0\0\x18ftypisom\0\0\x02\0"],
  ["video/mp4", "\0\0\0\x18ftypmp42\0\0\0\0"],
  ["video/quicktime", "\0\0\0\x14ftypqt  \0\0\0\0"],
  ["video/quicktime", "\0\0\0\x08wide\0\0\0\0mdat"],
  ["video/3gpp", "\0\0\0\x18ftyp3gp4\0\0\0\0"],
  ["audio/x-m4a", "\0\0\0\x18ftypM4A \0\0\0\0"],
  ["video/x-m4v", "\0\0\0\x18ftypM4V \0\0\0\0"],
  ["application/octet-stream", "\0\0\0\x18ftypcrx \0\0\0\0"],
  ["video/webm", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm"],
  ["video/x-matroska", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska"],
  ["audio/mpeg", "ID3\x04\0\0"],
  ["audio/mpeg", "\xff\xfb\x90\x64\0\0"],
  ["audio/ogg", "OggS\0\x02\0\0OpusHead"],
  ["video/ogg", "OggS\0\x02\0\0\x80theora"],
  ["audio/AMR", "#!AMR\n\x3c"],
  ["application/vnd.oasis.opendocument.text", zip(["mimetype"], "application/vnd.oasis.opendocument.text")],
  ["application/zip", zip(["[Content_Types].xml"])],
  ["application/java-archive", zip(["META-INF/MANIFEST.MF"])],
  ["application/vnd.android.package-archive", zip(["AndroidManifest.xml"])],
  ["application/x-dosexec", "MZ\x90\0\x03"],
  ["application/x-executable", "\x7fELF\x02\x01"],
  ["application/x-mach-binary", "\xcf\xfa\xed\xfe\x07"],
  ["application/wasm", "\0asm\x01\0\0\0"],
  ["application/x-ms-shortcut", "L\0\0\0\x01\x14\x02\0\0"],
  ["application/x-ole-storage", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["text/rtf", "{\\rtf1\\ansi"],
  ["application/x-7z-compressed", "7z\xbc\xaf\x27\x1c\0\x04"],
  ["application/x-rar", "Rar!\x1a\x07\x01\0"],
  ["application/gzip", "\x1f\x8b\x08\0"],
  ["application/x-tar", `${"a".repeat(257)}ustar\x0000`],
  ["application/x-shockwave-flash", "CWS\x0a\x11\0\0\0x"],
  ["text/plain", "Hello.\nI called on Monday.\n"],
  ["text/plain", "M\xfcller called; a cost of 5 < 6, 7 > 3\r\n"],
  ["text/plain", "\xff\xfeh\0i\0\n\0"],
  ["text/plain", "\xef\xbb\xbfname,phone\r\n"],
  ["message/rfc822", "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\n<html>"],
  ["text/x-shellscript", "#!/bin/sh\necho"],
  ["text/x-msdos-batch", "@echo off\r\ndel"],
  ["text/x-php", "hello <?php system(); ?>"],
  ["application/x-mswinurl", "[InternetShortcut]\r\nURL=x"],
  ["text/html", "  <!DOCTYPE html><p>"],
  ["text/html", "Dear all <script>alert(1)</script>"],
  ["text/html", "\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0"],
  ["image/svg+xml", "<?xml version='1.0'?><svg xmlns='x'>"],
  ["image/svg+xml", "<svg/onload=x>"],
  ["text/xml", "<?xml version='1.0'?><a/>"],
  ["application/octet-stream", "\x01\x02\x03\x04"],
  ["application/octet-stream", "text, then\0nothing"],
];

it.each(LOOKS.map(([media, start]) => [media, JSON.stringify(start).slice(0, 30), start] as const))(
  "%s begins like %s",
  (media, _, start) => {
    expect(detect(bytes(start))).toBe(media);
  },
);

it("every accepted type has bytes that look like it", () => {
  const looked = new Set(LOOKS.map(([media]) => media));
  for (const row of acceptedTypes()) {
    const found = row.detected.some((media) => looked.has(media)) || row.media.includes("opendocument");
    expect(found, row.label).toBe(true);
  }
});

it("any random bytes are something, and cut files too", () => {
  let state = 7;
  for (let run = 0; run < 2000; run++) {
    const random = Uint8Array.from({ length: run % 50 }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >>> 16;
    });
    expect(detect(random)).toMatch(/^[a-z]+\/[A-Za-z0-9.+-]+$/);
  }
  for (const [, start] of LOOKS) {
    for (let length = 0; length < Math.min(start.length, 60); length++) detect(bytes(start.slice(0, length)));
  }
});

describe("a container", () => {
  const names = ["[Content_Types].xml", "word/document.xml", "word/"];

  it("tells its names", async () => {
    expect(await namesInside(blob(zip(names)))).toEqual(names);
    expect(await namesInside(blob(zip([])))).toEqual([]);
    expect(await inspect("form.docx", blob(zip(names)))).toEqual({
      name: "form.docx",
      size: zip(names).length,
      detected: "application/zip",
      inside: names,
    });
    expect((await inspect("letter.pdf", blob("%PDF-1.7"))).inside).toBeNull();
  });

  it("is not looked into with anything before, between or after, or when it is cut", async () => {
    const whole = zip(names);
    const end = whole.lastIndexOf("PK\x05\x06");
    const counted = `${whole.slice(0, end + 8)}\x02\0\x02\0${whole.slice(end + 12)}`;
    for (const odd of [
      `x${whole}`,
      `${whole}x`,
      whole.slice(0, -1),
      `${whole.slice(0, end)}x${whole.slice(end)}`,
      counted,
    ]) {
      expect(await namesInside(blob(odd))).toBeNull();
    }
    expect(await namesInside(blob(""))).toBeNull();
    expect(await namesInside(blob("PK\x03\x04"))).toBeNull();
  });

  it("with any byte of its end changed tells names or nothing", async () => {
    const whole = zip(names);
    for (let at = whole.indexOf("PK\x01\x02"); at < whole.length; at++) {
      const other =
        whole.slice(0, at) + String.fromCharCode(whole.charCodeAt(at) ^ 0x41) + whole.slice(at + 1);
      const told = await namesInside(blob(other));
      expect(told === null || told.length === names.length).toBe(true);
    }
  });
});
