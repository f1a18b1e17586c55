/** The whole: who is here decides what may be drawn, the path decides which page it is. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Start, Trouble } from "@/vault/api";
import type { Vault } from "@/vault/client";
import { Frame } from "@/app/Frame";
import { IdleWarning } from "@/app/IdleWarning";
import { Pages } from "@/app/Pages";
import { routeOf, usePath, type Route } from "@/app/router";
import { wasHere } from "@/app/newcomer";
import { useStanding, type Standing, type Standings } from "@/app/standing";
import { SessionContext, VaultContext } from "@/app/vault";
import { Alarm } from "@/components/Alarm";
import { Loading } from "@/components/Loading";
import { TroubleNote } from "@/components/TroubleNote";
import { ConnectionPage, EnrolPage, RecoverPage, SecurityPage } from "@/app/Pages";
import { SignIn } from "@/pages/signin/SignIn";
import { Unlock } from "@/pages/unlock/Unlock";

type Line = "live" | "polling" | "offline";
const ALARMS_SHOWN = 3;

interface Told {
  readonly line: Line;
  readonly alarms: readonly Trouble[];
}

/** What the vault tells the whole app. */
function useTold(vault: Vault): Told {
  const [line, setLine] = useState<Line>("live");
  const [alarms, setAlarms] = useState<readonly Trouble[]>([]);
  useEffect(
    () =>
      vault.subscribe((event) => {
        if (event.type === "line") setLine(event.state);
        else if (event.type === "session" && event.state === "signed-out") setAlarms([]);
        else if (event.type === "alarm")
          setAlarms((before) =>
            [event.trouble, ...before.filter((one) => one.say !== event.trouble.say)].slice(0, ALARMS_SHOWN),
          );
      }),
    [vault],
  );
  return { line, alarms };
}

export function App({ vault }: { readonly vault: Vault }) {
  const path = usePath();
  const standings = useStanding(vault);
  const told = useTold(vault);
  const session = standings.standing.at === "in" ? standings.standing.session : null;
  return (
    <VaultContext.Provider value={vault}>
      <SessionContext.Provider value={session}>
        <Frame session={session} path={path} line={told.line}>
          {told.alarms.map((trouble) => (
            <Alarm key={trouble.say} trouble={trouble} />
          ))}
          <Shown route={routeOf(path)} standings={standings} />
        </Frame>
        {session ? <IdleWarning /> : null}
      </SessionContext.Provider>
    </VaultContext.Provider>
  );
}

/** Pages that need nobody come first; then the way in; then the rest. */
function Shown({ route, standings }: { readonly route: Route; readonly standings: Standings }): JSX.Element {
  const { standing, enter } = standings;
  if (route.page === "enrol") return <EnrolPage onEnter={enter} />;
  if (route.page === "recover") return <RecoverPage onEnter={enter} />;
  if (route.page === "connection") return <ConnectionPage />;
  if (standing.at === "in")
    return route.page === "security" ? <SecurityPage /> : <Pages route={route} session={standing.session} />;
  return <Outside route={route} standing={standing} standings={standings} />;
}

interface OutsideProps {
  readonly route: Route;
  readonly standing: Exclude<Standing, { at: "in" }>;
  readonly standings: Standings;
}

/**
 * On a slow line the vault takes seconds to come: whoever waits may type meanwhile, and is heard once it is
 * there. Where this browser knows nobody, there is nothing to wait for.
 */
const EARLY_MS = 1200;
const EARLY: Start = { state: "new", storage: "kept" };
/** Asked before the vault begins a store of its own. */
const HERE = wasHere();

function useEarly(waiting: boolean): boolean {
  const [early, setEarly] = useState(false);
  useEffect(() => {
    if (!waiting) return setEarly(false);
    let left = false;
    const show = () => left || setEarly(true);
    const timer = setTimeout(show, EARLY_MS);
    void HERE.then((was) => was || show());
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [waiting]);
  return early;
}

function Outside({ route, standing, standings }: OutsideProps): JSX.Element {
  const early = useEarly(standing.at === "starting" && standing.first);
  if (standing.at === "starting" && !early) return <Loading words={standing.words} />;
  if (standing.at === "broken") return <TroubleNote trouble={standing.trouble} onRetry={standings.look} />;
  if (route.page === "security") return <SecurityPage />;
  const { start, say } = standing.at === "out" ? standing : { start: EARLY, say: "" };
  const { known } = start;
  const quick = known && (known.pin || known.passkey);
  const props = { start, say, onEnter: standings.enter };
  if (quick && route.page !== "sign-in")
    return <Unlock {...props} known={known} fromMail={route.page === "go"} />;
  return <SignIn {...props} fromMail={route.page === "go"} />;
}
