/** Pages come when they are needed, so that the first screen is small. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";

/** A page that is fetched on first use. `load` gives the component. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element {
  let found: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | undefined>(() => found);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (found) return;
      load().then(
        (part) => {
          found = part;
          setPart(() => part);
        },
        () => setFailed(true),
      );
    }, []);
    if (Part) return <Part {...props} />;
    return failed ? <NotFetched /> : <Loading words="Opening the page" />;
  };
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
