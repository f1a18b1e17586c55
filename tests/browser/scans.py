"""Pages of one picture, as scanners make them: JPEG 2000, and JBIG2 for black and white.

The two pictures were made once by other programs: OpenJPEG, and libtiff's Group 4 coder, whose output JBIG2
takes as it is.
"""

from __future__ import annotations

import base64
import struct

SIDE = 64
JPX = base64.b64decode(
    "/0//UQAvAAAAAABAAAAAQAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEABQQEAAH/XAATQEBISFBI"
    "SFBISFBISFBISFD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAAEKAAH/k8+0FAI4Zg/bz7QU"
    "CH727onPtBQJH909e8faCgABa0wWX8D5AYAIGH/H2gwADLyGplB/x9oSABfW41zJdKaw6sD5AwAXKuE4Ln/H2g4AFyrhY9Qvf8fa"
    "IAAiGg5kVYkfNkMMA5ID/wavwPkEACFt8Y6/dbMvx9ocACFuDGRW1Wp4/4A/kJKtx9oqADaeQataR8rIsAAACufCb5ixw9itz8Hz"
    "iwA18j/jfcvKyLFbBcfaKAA18j/i0jsNXwg+CKTZKK26/RNsf8faJABfpsc//36VtAAAYR54qkBx5iPA+QMAXvrFP5v7x9okAF76"
    "xT//AfXADCP5CESA0dhIS//Z"
)
"""Red (200, 30, 40) on the left and blue (20, 60, 190) on the right."""
GROUP_4 = bytes.fromhex("2360d5fffffffffffffffffffffffffffffffff8008008")
"""White on the left and black on the right."""


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


JBIG2 = _segment(0, 48, struct.pack(">IIIIBH", SIDE, SIDE, 0, 0, 0, 0)) + _segment(
    1, 38, struct.pack(">IIIIBB", SIDE, SIDE, 0, 0, 0, 1) + GROUP_4
)
"""ITU-T T.88: a page, and one region of it (kinds 48 and 38), coded as Group 4."""
PICTURES = {
    "JPXDecode": ("/DeviceRGB", 8, JPX),
    "JBIG2Decode": ("/DeviceGray", 1, JBIG2),
}


def scan(how: str) -> bytes:
    """A PDF whose one page is that picture, as large as the page."""
    space, bits, data = PICTURES[how]
    paint = b"q 300 0 0 300 0 0 cm /P Do Q"
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {SIDE} /Height {SIDE} /ColorSpace {space} "
        f"/BitsPerComponent {bits} /Filter /{how} /Length {len(data)} >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R"
        b" /Resources << /XObject << /P 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(paint), paint),
        picture.encode() + b"\nstream\n" + data + b"\nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
