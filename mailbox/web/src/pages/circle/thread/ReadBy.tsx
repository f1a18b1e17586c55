/** Who has read an entry: one line, and behind it each person with the time. */
import { When } from "@/pages/circle/inside";
import { reading, readingLine } from "@/pages/circle/thread/readby";
import type { EntryView, MemberView, ReaderView } from "@/vault/api";

interface ReadByProps {
  readonly entry: EntryView;
  readonly members: readonly MemberView[];
  readonly readers: readonly ReaderView[];
}

export function ReadBy({ entry, members, readers }: ReadByProps) {
  // Who may read a note that is closed to us is not ours to know.
  if (entry.state === "restricted") return null;
  const found = reading(entry, members, readers);
  const line = readingLine(found);
  if (line === "") return null;
  if (found.read.length === 0) return <p class="kith-read">{line}</p>;
  return (
    <details class="kith-read">
      <summary class="kith-read__line">{line}</summary>
      <ul class="kith-read__people">
        {found.read.map((row) => (
          <li key={row.organisation}>
            <strong>{row.legalName}</strong>
            <ul>
              {row.people.map((person) => (
                <li key={person.worker}>
                  {person.name || "A colleague"}, <When at={person.at} />
                </li>
              ))}
            </ul>
          </li>
        ))}
        {found.notYet.map((name) => (
          <li key={name}>
            <strong>{name}</strong>: nobody yet
          </li>
        ))}
      </ul>
    </details>
  );
}
