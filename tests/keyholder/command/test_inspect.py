"""What a file is by its bytes, whatever its name says."""

from __future__ import annotations

import struct
import sys
import zipfile
from pathlib import Path
from unittest.mock import patch

import pytest

from keyholder import inspect as looking
from keyholder.inspect import inspect
from policies.decisions import Denied
from policies.documents import may_attach
from policies.limits import limits

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(40)
PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HH", 0x8664, 1) + bytes(240)
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00\x00\x00\x08free"


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def office(folder: Path, name: str, *inside: str) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as container:
        for each in inside:
            container.writestr(each, "<x/>")
    return path


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("letter.pdf", PDF, "application/pdf"),
        ("photo.png", PNG, "image/png"),
        ("door.mp4", MP4, "video/mp4"),
        ("note.txt", "Plain words – and a £ sign.\n".encode(), "text/plain"),
    ],
)
def test_an_honest_file_is_what_its_name_says(tmp_path: Path, name: str, data: bytes, media: str) -> None:
    found = inspect(written(tmp_path, name, data))
    assert (found.name, found.size, found.detected, found.inside) == (name, len(data), media, None)
    assert may_attach(found, limits())


@pytest.mark.parametrize("program", [ELF, PE, b"#!/bin/sh\nrm -rf /\n"], ids=["elf", "pe", "script"])
@pytest.mark.parametrize("name", ["letter.pdf", "photo.png", "note.txt"])
def test_a_program_is_refused_whatever_it_is_called(tmp_path: Path, name: str, program: bytes) -> None:
    decision = may_attach(inspect(written(tmp_path, name, program)), limits())
    assert isinstance(decision, Denied)
    assert decision.code in {"executable", "script"}


def test_a_picture_called_a_letter_is_refused_as_disguised(tmp_path: Path) -> None:
    decision = may_attach(inspect(written(tmp_path, "letter.pdf", PNG)), limits())
    assert isinstance(decision, Denied)
    assert decision.code == "disguised_type"


def test_an_office_file_is_looked_into(tmp_path: Path) -> None:
    found = inspect(office(tmp_path, "plan.docx", "[Content_Types].xml", "word/document.xml"))
    assert found.inside == ("[Content_Types].xml", "word/document.xml")
    assert may_attach(found, limits())


def test_macros_inside_an_office_file_are_found(tmp_path: Path) -> None:
    path = office(tmp_path, "plan.docx", "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    decision = may_attach(inspect(path), limits())
    assert isinstance(decision, Denied)
    assert decision.code == "macros"


def test_a_zip_called_docx_is_refused(tmp_path: Path) -> None:
    assert not may_attach(inspect(office(tmp_path, "plan.docx", "malware.exe")), limits())


def test_a_container_whose_index_is_damaged_or_vast_is_not_looked_into(tmp_path: Path) -> None:
    path = office(tmp_path, "plan.docx", "[Content_Types].xml", "word/document.xml")
    whole = path.read_bytes()
    assert inspect(written(tmp_path, "cut.docx", whole[:-10])).inside is None
    vast = bytearray(whole)
    vast[-10:-6] = struct.pack("<L", looking.LARGEST_INDEX + 1)
    assert inspect(written(tmp_path, "vast.docx", bytes(vast))).inside is None
    many = bytearray(whole)
    many[-12:-10] = b"\xff\xff"
    assert inspect(written(tmp_path, "many.docx", bytes(many))).inside is None
    assert inspect(written(tmp_path, "torn.docx", b"PK\x03\x04" + bytes(30))).inside is None


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, "none.txt", b""))
    assert (found.size, found.detected) == (0, "inode/x-empty")


def test_without_the_systems_libmagic_the_one_that_came_along_is_used() -> None:
    asked: list[str] = []

    def finds(name: str) -> object:
        asked.append(name)
        if asked == ["magic"]:
            raise ImportError("failed to find libmagic")
        return sys

    looking._magic.cache_clear()
    with patch("keyholder.inspect.import_module", finds):
        assert looking._magic() is sys
    looking._magic.cache_clear()
    assert asked == ["magic", "pylibmagic", "magic"]
