/** All circles of mine: found by name or reference on this device, in pages, however many there are. */
import { useEffect, useState } from "preact/hooks";
import type { CircleSearch, CirclesView } from "@/vault/api";
import { useAsked } from "@/app/asked";
import { count } from "@/app/time";
import { useNow, useSession, useVault } from "@/app/vault";
import { Button, ButtonLink } from "@/components/Button";
import { Empty } from "@/components/Empty";
import { Select, TextField } from "@/components/Field";
import { Page } from "@/components/Page";
import { Pagination } from "@/components/Table";
import { Answer } from "@/components/TroubleNote";
import { CircleItem } from "@/pages/circles/CircleItem";

const PAGE = 50;
const TYPING_MS = 120;

const SHOW = [
  { value: "open", label: "Open" },
  { value: "mine", label: "Assigned to me" },
  { value: "unread", label: "Unread" },
  { value: "closed", label: "Closed" },
  { value: "all", label: "All" },
] as const;
const SORT = [
  { value: "latest", label: "Newest first" },
  { value: "due", label: "Next due first" },
  { value: "name", label: "Name" },
] as const;

type Show = CircleSearch["show"];
type Sort = CircleSearch["sort"];

function oneOf<T extends string>(
  list: readonly { readonly value: T }[],
  text: string | null,
  otherwise: T,
): T {
  return list.find((one) => one.value === text)?.value ?? otherwise;
}

/** The text once typing pauses, so that each letter is not a search. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function Circles() {
  const vault = useVault();
  const session = useSession();
  const now = useNow();
  const [typed, setTyped] = useState("");
  const [show, setShow] = useState<Show>(() =>
    oneOf(SHOW, new URLSearchParams(location.search).get("show"), "open"),
  );
  const [sort, setSort] = useState<Sort>("latest");
  const [limit, setLimit] = useState(PAGE);
  const text = useSettled(typed);
  useEffect(() => setLimit(PAGE), [text, show, sort]);
  const asked = useAsked("circles", () => vault.circles({ text, show, sort, offset: 0, limit }), [
    text,
    show,
    sort,
    limit,
  ]);
  return (
    <Page heading="Circles" tab="Circles" wide>
      {session.kind === "vcu" ? (
        <p>
          <ButtonLink to="/circles/new">Open a circle</ButtonLink>
        </p>
      ) : null}
      <form
        class="kith-filter"
        role="search"
        aria-label="Circles"
        onSubmit={(event) => event.preventDefault()}
      >
        <TextField
          id="search"
          type="search"
          inputMode="search"
          label="Name or reference"
          value={typed}
          onInput={setTyped}
          autocomplete="off"
          plain
        />
        <Select
          label="Show"
          value={show}
          options={SHOW}
          onInput={(value) => setShow(oneOf(SHOW, value, "open"))}
        />
        <Select
          label="Order"
          value={sort}
          options={SORT}
          onInput={(value) => setSort(oneOf(SORT, value, "latest"))}
        />
      </form>
      <Answer asked={asked} words="Opening your circles">
        {(view) => (
          <Found
            view={view}
            now={now}
            searched={text !== "" || show !== "open"}
            onAll={() => {
              setTyped("");
              setShow("all");
            }}
            busy={asked.asking && limit > PAGE}
            onMore={() => setLimit(limit + PAGE)}
          />
        )}
      </Answer>
    </Page>
  );
}

interface FoundProps {
  readonly view: CirclesView;
  readonly now: number;
  readonly searched: boolean;
  readonly busy: boolean;
  readonly onAll: () => void;
  readonly onMore: () => void;
}

/** How many names the search covers, while they are still being opened. */
function Progress({ view }: { readonly view: CirclesView }) {
  if (view.complete) return null;
  return (
    <p class="govuk-body-s" role="status">
      Opening names: {view.opened.toLocaleString("en-GB")} of {count(view.total, "circle")} so far. The search
      covers these.
    </p>
  );
}

function Found({ view, now, searched, busy, onAll, onMore }: FoundProps) {
  return (
    <>
      <Progress view={view} />
      {view.rows.length === 0 ? (
        <NoRows view={view} searched={searched} onAll={onAll} />
      ) : (
        <ul class="kith-rows" aria-label="Circles">
          {view.rows.map((row) => (
            <CircleItem key={row.circle} row={row} now={now} />
          ))}
        </ul>
      )}
      {view.rows.length > 0 ? (
        <Pagination
          shown={view.rows.length}
          total={view.matching}
          noun="circle"
          busy={busy}
          onMore={onMore}
        />
      ) : null}
    </>
  );
}

function NoRows({ view, searched, onAll }: Pick<FoundProps, "view" | "searched" | "onAll">) {
  if (view.total === 0)
    return (
      <Empty title="You are in no circle yet">
        <p class="govuk-body">Circles appear here when a Victim Care Unit invites your organisation.</p>
      </Empty>
    );
  if (!searched)
    return (
      <Empty title="None of your circles is open">
        <Button kind="secondary" onClick={onAll}>
          Show all circles
        </Button>
      </Empty>
    );
  return (
    <Empty title="No circle fits">
      <p class="govuk-body">
        {view.complete
          ? "Check the spelling, or show all circles."
          : "Not every name is open yet. Wait a moment."}
      </p>
      <Button kind="secondary" onClick={onAll}>
        Show all circles
      </Button>
    </Empty>
  );
}
