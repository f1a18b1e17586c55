/**
 * File names that cannot hurt: for sealing, for saving, for showing (policies/names.py).
 *
 * A name from outside may try to leave its folder, hide its ending by turning the text direction, name a
 * Windows device, pass for an option, or be too long for a file system.
 */

export const NAME_CHARACTERS = 180;
const NAME_BYTES = 240;
const LONGEST_ENDING = 16;
const NAMELESS = "document";
const UTF8 = new TextEncoder();

/**
 * What may not stand in a name; and control, format (bidi overrides, zero width), surrogate, private and
 * unassigned characters, line separators.
 */
const HARMFUL = /[/\\:*?"<>|]|\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}|\p{Zl}|\p{Zp}/gu;
const SPACES = /\p{Zs}/gu;
const EDGES = /^[ .]+|[ .]+$/g;
const TAIL = /[ .]+$/;
const DEVICE = /^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])$/;

/** What follows the last dot, in lower case; empty if there is nothing that could be an ending. */
export function ending(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/**
 * The nearest harmless name: never empty, in NFC, without folders, at most `longest` characters and 240 bytes.
 * A name that is safe comes back unchanged. The ending survives shortening.
 */
export function safeName(name: string, longest = NAME_CHARACTERS): string {
  let clean = name.normalize("NFC").replace(HARMFUL, "_").replace(SPACES, " ").replace(EDGES, "");
  if (clean.startsWith("-")) clean = `_${clean.slice(1)}`;
  const first = (clean.split(".")[0] ?? "").replace(/ +$/, "").toUpperCase();
  if (DEVICE.test(first)) clean = `_${clean}`;
  return shorten(clean === "" ? NAMELESS : clean, longest);
}

function shorten(name: string, longest: number): string {
  if (fits(name, longest)) return name;
  const dot = name.lastIndexOf(".");
  const kept = dot > 0 && [...name.slice(dot + 1)].length <= LONGEST_ENDING ? dot : name.length;
  const stem = [...name.slice(0, kept)];
  const suffix = name.slice(kept);
  while (!fits(stem.join("") + suffix, longest)) stem.pop();
  return stem.join("").replace(TAIL, "") + suffix;
}

function fits(name: string, longest: number): boolean {
  return [...name].length <= longest && UTF8.encode(name).length <= NAME_BYTES;
}
