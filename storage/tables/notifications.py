"""Notifications: who is reached where, what waits to be told, the mails that tell it. No content, ever."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text

from storage.tables import metadata

recipients = Table(
    "recipients",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("mail", Text, nullable=False, comment="several workers may share one"),
    Column("last_sent", BigInteger, comment="when this person's last digest left"),
    Index("ix_recipients_organisation", "organisation", "role"),
)

notices = Table(
    "notices",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column(
        "dedupe", LargeBinary, primary_key=True, comment="the same for the same notice: none is queued twice"
    ),
    Column("organisation", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", BigInteger, nullable=False),
    Column("audience", Text, nullable=False, comment="worker, assigned or managers: why this person is told"),
    Column("circle", LargeBinary),
    Column("seq", BigInteger),
    Column("subject", LargeBinary, comment="which action, where it is about one"),
    Column("at", BigInteger, nullable=False),
    Column("check_at", BigInteger, comment="when to ask whether it may leave; empty once mailed or moot"),
    Column("mail", LargeBinary, comment="the mail it went into"),
    Index("ix_notices_due", "check_at", "worker"),
    Index("ix_notices_waiting", "worker", "check_at"),
    Index("ix_notices_mail", "mail"),
    Index("ix_notices_at", "at"),
)

mails = Table(
    "mails",
    metadata,
    Column("mail", LargeBinary, primary_key=True, comment="link and Message-ID are derived from this"),
    Column("state", Text, nullable=False, comment="waiting, sent or dead"),
    Column("worker", LargeBinary, comment="empty for an enrolment"),
    Column("organisation", LargeBinary, comment="empty for a founder"),
    Column("address", Text, comment="of an enrolment or a code: whoever it is for may not be a recipient"),
    Column("invitation", LargeBinary, comment="of an enrolment only"),
    Column("sign_in_code", LargeBinary, comment="of a code only: what its digits are made from"),
    Column("token_hash", LargeBinary, unique=True, comment="of the personal link"),
    Column("place", Text, comment="circle, organisation, settings or today: where the link leads"),
    Column("circle", LargeBinary),
    Column("seq", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, comment="of the link"),
    Column("followed_at", BigInteger),
    Column("next_at", BigInteger, comment="the next try; empty when there is none to come"),
    Column("attempts", BigInteger, nullable=False),
    Column("first_try", BigInteger),
    Column("undelivered", Boolean, nullable=False, comment="no try can have delivered it, so more may go in"),
    Column("code", Text, comment="why the last try failed"),
    Column("ended_at", BigInteger, comment="when it was sent or given up"),
    Index("ix_mails_due", "next_at"),
    Index("ix_mails_worker", "worker", "state"),
    Index("ix_mails_state", "state", "ended_at", "mail"),
    Index("ix_mails_invitation", "invitation"),
)
