/** Which documents may be attached: what the name says and what the bytes look like must agree. */
import { expect, it } from "vitest";
import { isDenied } from "@/policies/decisions";
import { type Found, acceptedTypes, mayAttach, mayOpen, typeOf } from "@/policies/documents";
import { limits } from "@/policies/limits";

const WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const ODT = "application/vnd.oasis.opendocument.text";
const DOCX = [
  "[Content_Types].xml",
  "word/document.xml",
  "word/media/image1.png",
  "docProps/transcripts/x.xml",
];

function answer(found: Partial<Found>): string {
  const whole = { name: "letter.pdf", size: 1000, detected: "application/pdf", inside: null, ...found };
  const decision = mayAttach(whole, limits());
  return isDenied(decision) ? decision.code : "yes";
}

it.each([
  ["letter.pdf", "application/pdf", "yes"],
  ["LETTER.PDF", "application/pdf", "yes"],
  ["photo.jpeg", "image/jpeg", "yes"],
  ["photo.heic", "image/heif", "yes"],
  ["clip.mp4", "video/mp4", "yes"],
  ["clip.mov", "video/quicktime", "yes"],
  ["clip.webm", "video/webm", "yes"],
  ["voice.m4a", "audio/x-m4a", "yes"],
  ["notes.txt", "text/plain", "yes"],
  ["numbers.txt", "text/csv", "yes"],
  ["table.csv", "text/plain", "yes"],
  ["mail.eml", "message/rfc822", "yes"],
  ["setup.exe", "application/x-dosexec", "executable"],
  ["letter.pdf.exe", "application/pdf", "executable"],
  ["letter.pdf", "application/x-dosexec", "executable"],
  ["photo.jpg", "application/x-executable", "executable"],
  ["app.jar", "application/zip", "executable"],
  ["run.ps1", "text/plain", "script"],
  ["notes.txt", "text/x-shellscript", "script"],
  ["letter.lnk", "application/octet-stream", "script"],
  ["page.html", "text/html", "active_content"],
  ["letter.pdf", "text/html", "active_content"],
  ["drawing.svg", "image/svg+xml", "active_content"],
  ["photo.png", "image/svg+xml", "active_content"],
  ["form.docm", WORD, "macros"],
  ["form.doc", "application/msword", "macros"],
  ["form.docx", "application/msword", "macros"],
  ["sheet.xlsm", "application/zip", "macros"],
  ["letter.rtf", "text/rtf", "macros"],
  ["bundle.zip", "application/zip", "archive"],
  ["bundle.pdf", "application/x-7z-compressed", "archive"],
  ["disk.iso", "application/x-iso9660-image", "archive"],
  ["photo.png", "image/jpeg", "disguised_type"],
  ["letter.pdf", "application/zip", "disguised_type"],
  ["letter.pdf", "text/plain", "disguised_type"],
  ["letter.pdf", "application/octet-stream", "disguised_type"],
  ["clip.mp4", "", "disguised_type"],
  ["data.xyz", "application/octet-stream", "unknown_type"],
  ["letter", "application/pdf", "unknown_type"],
  ["../letter.pdf", "application/pdf", "unsafe_name"],
  ["photo\u202efdp.pdf", "application/pdf", "unsafe_name"],
  ["", "application/pdf", "unsafe_name"],
  [`${"x".repeat(181)}.pdf`, "application/pdf", "unsafe_name"],
])("%s that looks like %s: %s", (name, detected, expected) => {
  expect(answer({ name, detected })).toBe(expected);
});

it.each([
  [0, "empty_document"],
  [-1, "empty_document"],
  [1, "yes"],
  [8 * 2 ** 30, "yes"],
  [8 * 2 ** 30 + 1, "document_too_large"],
])("a size of %i: %s", (size, expected) => {
  expect(answer({ size })).toBe(expected);
});

it.each([
  ["a plain document", "form.docx", WORD, DOCX, "yes"],
  ["seen as a zip", "form.docx", "application/zip", DOCX, "yes"],
  ["nobody looked inside", "form.docx", WORD, null, "unreadable_container"],
  ["more parts than any has", "form.docx", WORD, Array(20_001).fill("x"), "unreadable_container"],
  ["another zip renamed", "form.docx", "application/zip", ["run.exe"], "disguised_type"],
  ["a workbook renamed", "form.docx", "application/zip", ["xl/workbook.xml"], "disguised_type"],
  ["macros inside", "form.docx", WORD, [...DOCX, "word/vbaProject.bin"], "macros"],
  ["a control inside", "form.docx", WORD, [...DOCX, "word/activeX/activeX1.bin"], "macros"],
  ["an object inside", "form.docx", WORD, [...DOCX, "word/embeddings/oleObject1.bin"], "macros"],
  ["an open document with Basic", "form.odt", ODT, ["content.xml", "Basic/Standard/M.xml"], "macros"],
])("an office file, %s", (_, name, detected, inside, expected) => {
  expect(answer({ name, detected, inside })).toBe(expected);
});

it.each([
  ["letter.pdf", "application/pdf", "application/pdf", true],
  ["photo.heif", "image/heic", "image/heif", true],
  ["letter.pdf", "application/pdf", "application/x-dosexec", false],
  ["letter.pdf", "image/png", "image/png", false],
  ["letter.exe", "application/pdf", "application/pdf", false],
  ["page.html", "text/html", "text/html", false],
])("a reader may open %s as %s that looks like %s: %s", (name, media, detected, expected) => {
  expect(mayOpen(name, media, detected)).toBe(expected);
});

it("every accepted type is found by its endings", () => {
  for (const row of acceptedTypes()) {
    expect(row.label).not.toBe("");
    for (const suffix of row.extensions) expect(typeOf(`name.${suffix}`)).toBe(row);
  }
});
