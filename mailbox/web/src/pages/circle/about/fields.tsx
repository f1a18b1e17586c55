/** What a circle is called and how to reach the person safely: the safe contact comes first, it matters most. */
import { errorOf, type FieldError } from "@/components/ErrorSummary";
import { TextField } from "@/components/Field";
import { textOf } from "@/pages/circle/kept";
import { LongText } from "@/pages/circle/LongText";
import type { About } from "@/vault/api";

/** Source: the longest texts of PROTOCOL's "open" and "details". */
const LONGEST = { title: 200, reference: 100, safeContact: 4_000, contactPerson: 200 } as const;

export const NO_ABOUT: About = { title: "", reference: "", safeContact: "", contactPerson: "" };

export function readAbout(found: Readonly<Record<string, unknown>>): About {
  return {
    title: textOf(found, "title"),
    reference: textOf(found, "reference"),
    safeContact: textOf(found, "safeContact"),
    contactPerson: textOf(found, "contactPerson"),
  };
}

export function trimmed(about: About): About {
  return {
    title: about.title.trim(),
    reference: about.reference.trim(),
    safeContact: about.safeContact.trim(),
    contactPerson: about.contactPerson.trim(),
  };
}

export function checkAbout(about: About): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (about.safeContact.trim() === "")
    errors.push({ id: "safe-contact", say: "Say how to reach the person safely, or that nobody knows yet" });
  if (about.safeContact.length > LONGEST.safeContact)
    errors.push({ id: "safe-contact", say: "Make the safe contact shorter" });
  if (about.title.trim() === "") errors.push({ id: "title", say: "Give the circle a title" });
  return errors;
}

interface AboutFieldsProps {
  readonly about: About;
  readonly errors: readonly FieldError[];
  readonly onChange: (change: Partial<About>) => void;
}

export function AboutFields({ about, errors, onChange }: AboutFieldsProps) {
  return (
    <>
      <LongText
        id="safe-contact"
        label="How to reach the person safely"
        hint="How, when, and what never to do. For example: text only, weekdays 9am to 3pm. Never leave a voicemail."
        value={about.safeContact}
        onInput={(safeContact) => onChange({ safeContact })}
        limit={LONGEST.safeContact}
        rows={4}
        errors={errors}
      />
      <TextField
        id="title"
        label="Title of the circle"
        hint="Not the person's full name. Initials or a first name are enough."
        value={about.title}
        onInput={(title) => onChange({ title })}
        maxLength={LONGEST.title}
        error={errorOf(errors, "title")}
      />
      <TextField
        id="reference"
        label="Your reference (optional)"
        hint="Such as a case or crime number"
        value={about.reference}
        onInput={(reference) => onChange({ reference })}
        maxLength={LONGEST.reference}
        width={20}
      />
      <TextField
        id="contact-person"
        label="The person's one contact (optional)"
        hint="Who they ring when they have a question, and of which organisation"
        value={about.contactPerson}
        onInput={(contactPerson) => onChange({ contactPerson })}
        maxLength={LONGEST.contactPerson}
      />
    </>
  );
}
