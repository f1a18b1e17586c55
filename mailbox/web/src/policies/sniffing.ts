/**
 * What a file looks like by its first bytes: the media type, in libmagic's words, for what `documents` accepts
 * and for what it refuses by its bytes. Nothing is judged here.
 *
 * Whatever is not recognised is "application/octet-stream", which no accepted type allows: not to know refuses.
 */
import { isText, textType } from "./texts";

/** Give at least this many of the first bytes, or the whole file when it is shorter. */
export const LOOKED_AT = 256 * 1024;
export const UNKNOWN = "application/octet-stream";

const HEAD = 4096;

/** [media type, where, bytes as Latin-1]: the first that fits. */
const MARKS: readonly (readonly [media: string, at: number, mark: string])[] = [
  ["application/pdf", 0, "%PDF-"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/gif", 0, "GIF87a"],
  ["image/gif", 0, "GIF89a"],
  ["audio/mpeg", 0, "ID3"],
  ["audio/AMR", 0, "#!AMR"],
  ["application/x-dosexec", 0, "MZ"],
  ["application/x-executable", 0, "\x7fELF"],
  ["application/x-mach-binary", 0, "\xfe\xed\xfa\xce"],
  ["application/x-mach-binary", 0, "\xfe\xed\xfa\xcf"],
  ["application/x-mach-binary", 0, "\xce\xfa\xed\xfe"],
  ["application/x-mach-binary", 0, "\xcf\xfa\xed\xfe"],
  ["application/x-java-applet", 0, "\xca\xfe\xba\xbe"],
  ["application/wasm", 0, "\0asm"],
  ["application/x-ms-shortcut", 0, "L\0\0\0\x01\x14\x02\0"],
  ["application/x-rpm", 0, "\xed\xab\xee\xdb"],
  ["application/vnd.debian.binary-package", 0, "!<arch>\n"],
  ["application/x-ole-storage", 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["text/rtf", 0, "{\\rtf"],
  ["application/x-rar", 0, "Rar!\x1a\x07"],
  ["application/x-7z-compressed", 0, "7z\xbc\xaf\x27\x1c"],
  ["application/gzip", 0, "\x1f\x8b"],
  ["application/x-bzip2", 0, "BZh"],
  ["application/x-xz", 0, "\xfd7zXZ\0"],
  ["application/zstd", 0, "\x28\xb5\x2f\xfd"],
  ["application/vnd.ms-cab-compressed", 0, "MSCF\0\0\0\0"],
  ["application/x-tar", 257, "ustar"],
  ["application/x-iso9660-image", 32769, "CD001"],
];

/** What an ISO container says it is, by the beginning of its brand. Any other brand is not known here. */
const BRANDS: readonly (readonly [brand: string, media: string])[] = [
  ["qt  ", "video/quicktime"],
  ["3gp", "video/3gpp"],
  ["M4A", "audio/x-m4a"],
  ["M4V", "video/x-m4v"],
  ["heic", "image/heic"],
  ["heix", "image/heic"],
  ["heim", "image/heic"],
  ["heis", "image/heic"],
  ["mif1", "image/heif"],
  ["isom", "video/mp4"],
  ["iso", "video/mp4"],
  ["mp4", "video/mp4"],
  ["avc1", "video/mp4"],
  ["dash", "video/mp4"],
  ["mmp4", "video/mp4"],
  ["MSNV", "video/mp4"],
];
/** How QuickTime films without a brand begin. */
const ATOMS: ReadonlySet<string> = new Set(["moov", "mdat", "wide", "skip"]);

/** The media type that the first bytes look like. */
export function detect(start: Uint8Array): string {
  if (start.length === 0) return "inode/x-empty";
  const head = latin(start, 0, HEAD);
  const mark = MARKS.find(([, at, bytes]) => latin(start, at, bytes.length) === bytes);
  return mark?.[0] ?? contained(head) ?? sounding(start) ?? (isText(start) ? textType(start) : UNKNOWN);
}

/** What names its kind inside a common frame: RIFF, ISO media, Matroska, Ogg, zip, Flash. */
function contained(head: string): string | null {
  const four = head.slice(0, 4);
  const second = head.slice(4, 8);
  if (four === "RIFF") return riff(head.slice(8, 12));
  if (second === "ftyp") return BRANDS.find(([brand]) => head.startsWith(brand, 8))?.[1] ?? UNKNOWN;
  if (ATOMS.has(second)) return "video/quicktime";
  if (four === "\x1aE\xdf\xa3") return head.includes("webm") ? "video/webm" : "video/x-matroska";
  if (four === "OggS") return head.includes("\x80theora") ? "video/ogg" : "audio/ogg";
  if (four === "PK\x03\x04") return zip(head);
  if (four === "PK\x05\x06") return "application/zip";
  const flash = /^[FCZ]WS/.test(head) && head.charCodeAt(3) < 64;
  return flash ? "application/x-shockwave-flash" : null;
}

function riff(kind: string): string {
  if (kind === "WEBP") return "image/webp";
  return kind === "WAVE" ? "audio/x-wav" : UNKNOWN;
}

/** A zip is known by its first part: OpenDocument keeps its media type there, unpacked; a Java archive META-INF. */
function zip(head: string): string {
  const length = head.charCodeAt(26) | (head.charCodeAt(27) << 8);
  const name = head.slice(30, 30 + length);
  if (name.startsWith("META-INF/")) return "application/java-archive";
  if (name === "AndroidManifest.xml") return "application/vnd.android.package-archive";
  if (name !== "mimetype") return "application/zip";
  const media = /^application\/(vnd\.oasis\.opendocument\.[a-z]+|epub\+zip)/.exec(head.slice(38));
  return media?.[0] ?? "application/zip";
}

/** MP3 without a tag: a frame of layer III that says a bit rate and a sampling rate that exist. */
function sounding(start: Uint8Array): string | null {
  const [first = 0, second = 0, third = 0] = start;
  const layer3 = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  const [bitRate, samplingRate] = [third >> 4, (third >> 2) & 3];
  return layer3 && bitRate > 0 && bitRate < 15 && samplingRate < 3 ? "audio/mpeg" : null;
}

function latin(bytes: Uint8Array, at: number, length: number): string {
  return Array.from(bytes.subarray(at, at + length), (byte) => String.fromCharCode(byte)).join("");
}
