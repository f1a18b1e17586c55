/** Pages for somebody signed in, each fetched when it is needed, or a little before. */
import { useEffect } from "preact/hooks";
import type { Session } from "@/vault/api";
import { lazy } from "@/app/lazy";
import { navigate, type Route } from "@/app/router";
import { Loading } from "@/components/Loading";
import { NotFound } from "@/pages/notfound/NotFound";

export const EnrolPage = lazy(async () => (await import("@/pages/enrol/Enrol")).Enrol);
export const RecoverPage = lazy(async () => (await import("@/pages/recover/Recover")).Recover);
export const ConnectionPage = lazy(async () => (await import("@/pages/connection/Connection")).Connection);
export const SecurityPage = lazy(async () => (await import("@/pages/security/Security")).Security);
const Waiting = lazy(async () => (await import("@/pages/enrol/Waiting")).WaitingPage);
const Go = lazy(async () => (await import("@/pages/go/Go")).Go);
const Today = lazy(async () => (await import("@/pages/today/Today")).Today);
const Circles = lazy(async () => (await import("@/pages/circles/Circles")).Circles);
const Organisation = lazy(async () => (await import("@/pages/organisation/Organisation")).Organisation);
const Task = lazy(async () => (await import("@/pages/organisation/Task")).Task);
const Settings = lazy(async () => (await import("@/pages/settings/Settings")).Settings);
const Circle = lazy(async () => (await import("@/pages/circle/Circle")).Circle);
const OpenCircle = lazy(async () => (await import("@/pages/opencircle/OpenCircle")).OpenCircle);

/** How long the page in sight has the line for itself, in ms. */
const AHEAD_MS = 1000;

/** Where people go next is there when they do, also where the signal was lost meanwhile. */
function useAhead(member: boolean): void {
  useEffect(() => {
    if (!member) return undefined;
    const timer = setTimeout(() => [Circle, Circles, Today].forEach((page) => page.ahead()), AHEAD_MS);
    return () => clearTimeout(timer);
  }, [member]);
}

/** Somewhere that only leads on. */
function Onward({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return <Loading words="Opening Today" />;
}

export function Pages({ route, session }: { readonly route: Route; readonly session: Session }) {
  useAhead(session.standing === "member");
  if (session.standing === "waiting") return <Waiting session={session} />;
  switch (route.page) {
    case "home":
    case "sign-in":
    case "unlock":
      return <Onward to="/today" />;
    case "go":
      return <Go token={route.token} />;
    case "today":
      return <Today />;
    case "circles":
      return <Circles />;
    case "open-circle":
      return <OpenCircle />;
    case "circle":
      return <Circle circle={route.circle} tab={route.tab} rest={route.rest} key={route.circle} />;
    case "organisation":
      return <Organisation />;
    case "organisation-task":
      return <Task task={route.task} worker={route.worker} key={route.task} />;
    case "settings":
      return <Settings />;
    default:
      return <NotFound />;
  }
}
