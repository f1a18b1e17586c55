"""Which documents may be attached: what the name says and what the bytes look like must agree."""

import pytest

from policies.decisions import Denied
from policies.documents import Found, may_attach, may_open, rules, type_of
from policies.limits import limits

LIMITS = limits()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN_DOCX = (
    "[Content_Types].xml",
    "word/document.xml",
    "word/media/image1.png",
    "docProps/transcripts/x.xml",
)

FILES = [
    # name, what the bytes look like, answer
    ("letter.pdf", "application/pdf", "yes"),
    ("LETTER.PDF", "application/pdf", "yes"),
    ("photo.jpeg", "image/jpeg", "yes"),
    ("photo.heic", "image/heif", "yes"),
    ("clip.mp4", "video/mp4", "yes"),
    ("clip.mov", "video/quicktime", "yes"),
    ("clip.webm", "video/webm", "yes"),
    ("voice.m4a", "audio/x-m4a", "yes"),
    ("notes.txt", "text/plain", "yes"),
    ("numbers.txt", "text/csv", "yes"),
    ("table.csv", "text/plain", "yes"),
    ("mail.eml", "message/rfc822", "yes"),
    # Programs and scripts, by name, by bytes, or in disguise.
    ("setup.exe", "application/x-dosexec", "executable"),
    ("letter.pdf.exe", "application/pdf", "executable"),
    ("letter.pdf", "application/x-dosexec", "executable"),
    ("photo.jpg", "application/x-executable", "executable"),
    ("app.jar", "application/zip", "executable"),
    ("run.ps1", "text/plain", "script"),
    ("notes.txt", "text/x-shellscript", "script"),
    ("letter.lnk", "application/octet-stream", "script"),
    # What acts by itself when opened.
    ("page.html", "text/html", "active_content"),
    ("letter.pdf", "text/html", "active_content"),
    ("drawing.svg", "image/svg+xml", "active_content"),
    ("photo.png", "image/svg+xml", "active_content"),
    # Macros, and the old formats that may hold them.
    ("form.docm", WORD, "macros"),
    ("form.doc", "application/msword", "macros"),
    ("form.docx", "application/msword", "macros"),
    ("sheet.xlsm", "application/zip", "macros"),
    ("letter.rtf", "text/rtf", "macros"),
    # Archives.
    ("bundle.zip", "application/zip", "archive"),
    ("bundle.pdf", "application/x-7z-compressed", "archive"),
    ("disk.iso", "application/x-iso9660-image", "archive"),
    # What is not what it says.
    ("photo.png", "image/jpeg", "disguised_type"),
    ("letter.pdf", "application/zip", "disguised_type"),
    ("letter.pdf", "text/plain", "disguised_type"),
    ("letter.pdf", "application/octet-stream", "disguised_type"),
    ("clip.mp4", "", "disguised_type"),
    # What nobody knows.
    ("data.xyz", "application/octet-stream", "unknown_type"),
    ("letter", "application/pdf", "unknown_type"),
    # Names that try to hurt.
    ("../letter.pdf", "application/pdf", "unsafe_name"),
    ("photo\u202efdp.pdf", "application/pdf", "unsafe_name"),
    ("", "application/pdf", "unsafe_name"),
    ("x" * 181 + ".pdf", "application/pdf", "unsafe_name"),
]


def answer(found: Found) -> str:
    """A decision in one word."""
    decision = may_attach(found, LIMITS)
    return decision.code if isinstance(decision, Denied) else "yes"


@pytest.mark.parametrize(
    ("name", "detected", "expected"), FILES, ids=[f"{ascii(n)[:24]} {d}" for n, d, _ in FILES]
)
def test_attaching(name: str, detected: str, expected: str) -> None:
    assert answer(Found(name, 1_000, detected)) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "empty_document"),
        (-1, "empty_document"),
        (1, "yes"),
        (8 << 30, "yes"),
        ((8 << 30) + 1, "document_too_large"),
    ],
)
def test_sizes(size: int, expected: str) -> None:
    assert answer(Found("letter.pdf", size, "application/pdf")) == expected


INSIDE = [
    ("a plain document", "form.docx", WORD, PLAIN_DOCX, "yes"),
    ("seen as a zip", "form.docx", "application/zip", PLAIN_DOCX, "yes"),
    ("nobody looked inside", "form.docx", WORD, None, "unreadable_container"),
    ("more parts than any document has", "form.docx", WORD, ("x",) * 20_001, "unreadable_container"),
    ("another zip renamed", "form.docx", "application/zip", ("run.exe",), "disguised_type"),
    ("a workbook renamed", "form.docx", "application/zip", ("xl/workbook.xml",), "disguised_type"),
    ("macros inside", "form.docx", WORD, (*PLAIN_DOCX, "word/vbaProject.bin"), "macros"),
    ("a control inside", "form.docx", WORD, (*PLAIN_DOCX, "word/activeX/activeX1.bin"), "macros"),
    ("an object inside", "form.docx", WORD, (*PLAIN_DOCX, "word/embeddings/oleObject1.bin"), "macros"),
    (
        "an open document with Basic",
        "form.odt",
        "application/vnd.oasis.opendocument.text",
        ("content.xml", "Basic/Standard/Module1.xml"),
        "macros",
    ),
]


@pytest.mark.parametrize(
    ("name", "detected", "inside", "expected"), [row[1:] for row in INSIDE], ids=[row[0] for row in INSIDE]
)
def test_office_files_are_looked_into(
    name: str, detected: str, inside: tuple[str, ...] | None, expected: str
) -> None:
    assert answer(Found(name, 1_000, detected, inside)) == expected


@pytest.mark.parametrize(
    ("name", "media", "detected", "expected"),
    [
        ("letter.pdf", "application/pdf", "application/pdf", True),
        ("photo.heif", "image/heic", "image/heif", True),
        ("letter.pdf", "application/pdf", "application/x-dosexec", False),
        ("letter.pdf", "image/png", "image/png", False),
        ("letter.exe", "application/pdf", "application/pdf", False),
        ("page.html", "text/html", "text/html", False),
    ],
)
def test_a_reader_looks_again_before_opening(name: str, media: str, detected: str, expected: bool) -> None:
    assert bool(may_open(name, media, detected)) == expected


def test_every_accepted_type_has_a_label_and_is_found_by_its_endings() -> None:
    for row in rules().accepted:
        assert row.label
        assert all(type_of(f"name.{suffix}") is row for suffix in row.extensions)


def test_every_refusal_says_what_to_do() -> None:
    assert {row.code for row in rules().refused} == {
        "executable",
        "script",
        "active_content",
        "macros",
        "archive",
    }
    assert all(row.say.endswith(".") for row in rules().refused)
