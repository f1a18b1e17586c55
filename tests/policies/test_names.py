"""File names that try to hurt, and what becomes of them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.names import FORBIDDEN, HIDDEN, ending, safe_name

NAMES = [
    # as it came, as it is saved
    ("letter.pdf", "letter.pdf"),
    ("Brief an Müller.docx", "Brief an Müller.docx"),
    ("report v1.2 final.pdf", "report v1.2 final.pdf"),
    ("../../etc/passwd", "_.._etc_passwd"),
    ("..\\..\\boot.ini", "_.._boot.ini"),
    ("C:\\Users\\x.pdf", "C__Users_x.pdf"),
    ("/absolute.pdf", "_absolute.pdf"),
    (".bashrc", "bashrc"),
    ("...", "document"),
    ("", "document"),
    ("   ", "document"),
    ("letter.pdf ", "letter.pdf"),
    ("letter.pdf...", "letter.pdf"),
    ("photo\u202egpj.exe", "photo_gpj.exe"),
    ("invisible\u200bspace.pdf", "invisible_space.pdf"),
    ("line\nbreak.pdf", "line_break.pdf"),
    ("nul\x00byte.pdf", "nul_byte.pdf"),
    ("para\u2029graph.pdf", "para_graph.pdf"),
    ("hard\u00a0space.pdf", "hard space.pdf"),
    ("what?.pdf", "what_.pdf"),
    ("a<b>|c*.pdf", "a_b__c_.pdf"),
    ("stream.pdf:hidden.exe", "stream.pdf_hidden.exe"),
    ("CON", "_CON"),
    ("con.pdf", "_con.pdf"),
    ("Lpt1.txt", "_Lpt1.txt"),
    ("COM¹.txt", "_COM¹.txt"),
    ("NUL .pdf", "_NUL .pdf"),
    ("console.pdf", "console.pdf"),
    ("-rf.pdf", "_rf.pdf"),
    ("e\u0301te\u0301.pdf", "\u00e9t\u00e9.pdf"),
    ("lone\ud800surrogate.pdf", "lone_surrogate.pdf"),
    ("x" * 300 + ".pdf", "x" * 176 + ".pdf"),
    ("x" * 300, "x" * 180),
    ("a." + "y" * 300, "a." + "y" * 178),
    ("界" * 100 + ".pdf", "界" * 78 + ".pdf"),
    ("x" * 170 + " . . . . . . . . . . . . .pdf", "x" * 170 + ".pdf"),
]


@pytest.mark.parametrize(("name", "saved"), NAMES, ids=[ascii(name)[:30] for name, _ in NAMES])
def test_a_name_is_saved_as(name: str, saved: str) -> None:
    assert safe_name(name) == saved


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.pdf", "pdf"), ("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("pdf", ""), (".pdf", ""), ("a.", ""), ("", "")],
)
def test_the_ending_of_a_name(name: str, suffix: str) -> None:
    assert ending(name) == suffix


ANY = st.text(st.characters(), max_size=400)
NASTY = st.text(st.sampled_from("aCON1. -_/\\:\u202e\u0301\u00a0界\x00$"), max_size=400)


@given(name=ANY | NASTY)
@example("CON." + "." * 300 + "pdf")
@example("a" * 175 + "\u0301.pdf")
def test_whatever_comes_what_is_saved_is_harmless(name: str) -> None:
    saved = safe_name(name)
    assert saved
    assert len(saved) <= 180
    assert len(saved.encode()) <= 240
    assert not FORBIDDEN & set(saved)
    assert not any(unicodedata.category(letter) in HIDDEN for letter in saved)
    assert saved == saved.strip(" .")
    assert not saved.startswith("-")
    assert saved == unicodedata.normalize("NFC", saved)
    assert safe_name(saved) == saved, "a safe name stays as it is"
