"""Every word that is said in the story, in one place.

None of these texts, titles or file names may ever be found on the hub's side: a test looks for each.
"""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
REFERRAL_FILE = ASSETS / "referral.json"
LETTER = ASSETS / "housing-letter.pdf"
PHOTO = ASSETS / "court-letter-photo.jpg"
VIDEO = ASSETS / "door-camera.mp4"

TITLE = "Rowan Sample: safe at home"
REFERENCE = "DEMO-2027-0042"
SAFE_CONTACT = (
    "Text first, after 6pm. Never leave voicemail. Do not say the name of the unit to whoever answers."
)
CONTACT_PERSON = "Robin Example"
REFERRAL_TITLE = "Referral: Rowan Sample"
PLAN = "Rowan wants to stay in her home and to feel safe there. New locks first, then support for her sleep."
NEED_HOME = "Door was forced; the lock does not close."
NEED_HEALTH = "Wakes at every sound; has not slept through since the night it happened."
INVITE_HOUSING = "Rowan is your tenant at the quay. Could you change the locks and fit a safe letterbox?"
INVITE_CHARITY = "Rowan would like someone to talk to, on the telephone, in the evening."
INVITE_HEALTH = "Rowan asked whether there is help with sleep near her."
DECLINE_HEALTH = "Our waiting list is closed until spring; the practice in Quay Street may have room."
ACCEPT_HOUSING = "We know the house. Sky will take this on."
ACCEPT_CHARITY = "Lee can call her on Thursday evening."
HELLO = "Welcome, and thank you for coming. Please read the safe-contact note before you ring."
ANSWER_HOUSING = "The locksmith can come on Thursday morning. The offer letter is attached."
ANSWER_CHARITY = "Rowan sent me a photo of the court letter. She would like a screen at the hearing."
NOTE_RESTRICTED = (
    "Only for the two of us: Rowan is thinking about moving away, and does not want it known yet."
)
VIDEO_NOTE = "The door camera from the night. The officer has the original."
AFTER_LEAVER = "From today Jo looks after Rowan at Harbour Light; Lee has moved on."
LOCKS = "Change both locks"
LOCKS_TEXT = "Front and back door. The locksmith asks for her by the password she chose."
CALL = "First support call"
CALL_TEXT = "In the evening. Text before you ring."
CALL_DONE = "We spoke for forty minutes. She would like to talk every Thursday."
LOCKS_SORRY = "The locksmith was ill. Done this morning, both doors, and the letterbox too."
PEEK_REASON = "Covering for Sky today: the locksmith rang and asked for the password."
COURT_TITLE = "Sam Instance: going to court"
COURT_REFERENCE = "DEMO-2027-0057"
COURT_SAFE_CONTACT = "Ring the sister's number only; never write. Ask for the library book."
COURT_PLAN = "Sam gives evidence soon and would like to see the court room before the day."
COURT_HELLO = "Sam asked us to come along on the day. Who can be there?"
COURT_INVITE_POLICE = "Could you tell us the hearing time, and whether a screen was ordered?"
COURT_INVITE_HOUSING = "Sam fears being followed home from court. Can the entrance light be mended before?"
LIGHT = "Mend the entrance light"
LIGHT_TEXT = "Before the hearing, please. The caretaker has the key."
VISIT = "Arrange a visit to the court room"
VISIT_TEXT = "A quiet hour, with one of us beside Sam."
BOTH_WELL = "Rowan slept through for the first time. She says thank you to all of you."

SAID = tuple(
    value for name, value in sorted(vars().items()) if name.isupper() and isinstance(value, str) and value
)
"""All of the above, for the search that must find none of it."""
FILE_NAMES = tuple(path.name for path in (LETTER, PHOTO, VIDEO))
