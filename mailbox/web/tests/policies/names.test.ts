/** File names that try to hurt, and what becomes of them. */
import { describe, expect, it } from "vitest";
import { ending, safeName } from "@/policies/names";

const NAMES: readonly (readonly [name: string, saved: string])[] = [
  ["letter.pdf", "letter.pdf"],
  ["Brief an Müller.docx", "Brief an Müller.docx"],
  ["report v1.2 final.pdf", "report v1.2 final.pdf"],
  ["../../etc/passwd", "_.._etc_passwd"],
  ["..\\..\\boot.ini", "_.._boot.ini"],
  ["C:\\Users\\x.pdf", "C__Users_x.pdf"],
  ["/absolute.pdf", "_absolute.pdf"],
  [".bashrc", "bashrc"],
  ["...", "document"],
  ["", "document"],
  ["   ", "document"],
  ["letter.pdf ", "letter.pdf"],
  ["letter.pdf...", "letter.pdf"],
  ["photo\u202egpj.exe", "photo_gpj.exe"],
  ["invisible\u200bspace.pdf", "invisible_space.pdf"],
  ["line\nbreak.pdf", "line_break.pdf"],
  ["nul\x00byte.pdf", "nul_byte.pdf"],
  ["para\u2029graph.pdf", "para_graph.pdf"],
  ["hard\u00a0space.pdf", "hard space.pdf"],
  ["what?.pdf", "what_.pdf"],
  ["a<b>|c*.pdf", "a_b__c_.pdf"],
  ["stream.pdf:hidden.exe", "stream.pdf_hidden.exe"],
  ["CON", "_CON"],
  ["con.pdf", "_con.pdf"],
  ["Lpt1.txt", "_Lpt1.txt"],
  ["COM¹.txt", "_COM¹.txt"],
  ["NUL .pdf", "_NUL .pdf"],
  ["console.pdf", "console.pdf"],
  ["-rf.pdf", "_rf.pdf"],
  ["e\u0301te\u0301.pdf", "\u00e9t\u00e9.pdf"],
  ["lone\ud800surrogate.pdf", "lone_surrogate.pdf"],
  [`${"x".repeat(300)}.pdf`, `${"x".repeat(176)}.pdf`],
  ["x".repeat(300), "x".repeat(180)],
  [`a.${"y".repeat(300)}`, `a.${"y".repeat(178)}`],
  [`${"界".repeat(100)}.pdf`, `${"界".repeat(78)}.pdf`],
  [`${"x".repeat(170)} . . . . . . . . . . . . .pdf`, `${"x".repeat(170)}.pdf`],
];

it.each(NAMES)("%j is saved as %j", (name, saved) => {
  expect(safeName(name)).toBe(saved);
});

it.each([
  ["a.pdf", "pdf"],
  ["a.PDF", "pdf"],
  ["a.tar.gz", "gz"],
  ["pdf", ""],
  [".pdf", ""],
  ["a.", ""],
  ["", ""],
])("the ending of %j is %j", (name, suffix) => {
  expect(ending(name)).toBe(suffix);
});

describe("whatever comes", () => {
  const letters = [..."aCON1. -_/\\:$~"].concat(["\u202e", "\u0301", "\u00a0", "界", "\0", "\ud800", "😀"]);

  it("what is saved is harmless, and stays as it is", () => {
    let state = 1;
    const draw = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    for (let run = 0; run < 2000; run++) {
      const name = Array.from(
        { length: draw(run % 9 === 0 ? 300 : 20) },
        () => letters[draw(letters.length)],
      ).join("");
      const saved = safeName(name);
      expect(saved.length > 0 && [...saved].length <= 180).toBe(true);
      expect(new TextEncoder().encode(saved).length).toBeLessThanOrEqual(240);
      expect(saved).not.toMatch(/[/\\:*?"<>|]|\p{C}|^[ .-]|[ .]$/u);
      expect(saved).toBe(saved.normalize("NFC"));
      expect(safeName(saved)).toBe(saved);
    }
  });
});
