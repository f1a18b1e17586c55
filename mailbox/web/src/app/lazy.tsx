/** Pages come when they are needed, so that the first screen is small. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";

/** A page that is fetched when it is first shown, or `ahead` of that. */
export interface LazyPart<P extends object> {
  (props: P): JSX.Element;
  ahead(): void;
}

/** A page that is fetched on first use. `load` gives the component. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): LazyPart<P> {
  let found: ComponentType<P> | undefined;
  const fetched = async (): Promise<ComponentType<P>> => (found = await load());
  const Lazy = (props: P): JSX.Element => {
    const [Part, setPart] = useState<ComponentType<P> | undefined>(() => found);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (found) return;
      fetched().then(
        (part) => setPart(() => part),
        () => setFailed(true),
      );
    }, []);
    if (Part) return <Part {...props} />;
    return failed ? <NotFetched /> : <Loading words="Opening the page" />;
  };
  const ahead = (): void => void fetched().catch(() => undefined); // it is met when the page is gone to
  return Object.assign(Lazy, { ahead });
}

function NotFetched() {
  return (
    <Notice kind="warning" title="This page could not be fetched">
      <p class="govuk-body">
        Either the connection was lost, or Kith was updated a moment ago. Reload the page. What you wrote is
        kept.
      </p>
      <Button kind="secondary" onClick={() => location.reload()}>
        Reload
      </Button>
    </Notice>
  );
}
