/** Rows and columns; on a phone each row becomes a small card with the column's name beside each value. */
import type { ComponentChildren } from "preact";
import { Button } from "@/components/Button";
import { count } from "@/app/time";

export interface TableRow {
  readonly key: string;
  readonly cells: readonly ComponentChildren[];
}

export interface TableProps {
  readonly caption: string;
  readonly captionHidden?: boolean | undefined;
  readonly head: readonly string[];
  readonly rows: readonly TableRow[];
}

export function Table({ caption, captionHidden = false, head, rows }: TableProps) {
  const look = captionHidden ? "govuk-visually-hidden" : "govuk-table__caption--m";
  return (
    <table class="govuk-table kith-table">
      <caption class={`govuk-table__caption ${look}`}>{caption}</caption>
      <thead class="govuk-table__head">
        <tr class="govuk-table__row">
          {head.map((one) => (
            <th scope="col" class="govuk-table__header" key={one}>
              {one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody class="govuk-table__body">
        {rows.map((row) => (
          <tr class="govuk-table__row" key={row.key}>
            {row.cells.map((cell, column) => (
              <td class="govuk-table__cell" key={column} data-label={head[column]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface PaginationProps {
  readonly shown: number;
  readonly total: number;
  /** "circle", "entry" with `many` "entries". */
  readonly noun: string;
  readonly many?: string | undefined;
  readonly busy?: boolean | undefined;
  readonly onMore: () => void;
}

/** "Showing 50 of 10,000 circles" and a button for the next ones. */
export function Pagination({ shown, total, noun, many = `${noun}s`, busy, onMore }: PaginationProps) {
  return (
    <div class="kith-table-more">
      <p class="govuk-body" role="status">
        Showing {shown.toLocaleString("en-GB")} of {count(total, noun, many)}
      </p>
      {shown < total ? (
        <Button kind="secondary" onClick={onMore} busy={busy} busyWords="Getting more">
          Show more {many}
        </Button>
      ) : null}
    </div>
  );
}
