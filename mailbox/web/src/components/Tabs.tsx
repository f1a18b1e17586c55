/** Parts of one place, as links: Back works, each has an address. */
import { Link } from "@/components/Button";

export interface TabItem {
  readonly to: string;
  readonly label: string;
  /** Unread or waiting; said in words to screen readers. */
  readonly count?: number | undefined;
}

export interface TabsProps {
  /** Names the set, such as "Parts of this circle". */
  readonly label: string;
  readonly items: readonly TabItem[];
  /** The `to` of the one shown. */
  readonly current: string;
}

export function Tabs({ label, items, current }: TabsProps) {
  return (
    <nav class="moj-sub-navigation kith-tabs" aria-label={label}>
      <ul class="moj-sub-navigation__list">
        {items.map((item) => (
          <li class="moj-sub-navigation__item" key={item.to}>
            <Link to={item.to} class="moj-sub-navigation__link" current={item.to === current}>
              {item.label}
              {item.count ? <Count number={item.count} noun="new" /> : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A number in a pill: "3", heard as "3 new". */
export function Count({ number, noun }: { readonly number: number; readonly noun: string }) {
  return (
    <>
      {" "}
      <span class="kith-count">
        {number > 99 ? "99+" : number}
        <span class="govuk-visually-hidden"> {noun}</span>
      </span>
    </>
  );
}
