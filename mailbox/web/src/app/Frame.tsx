/** What stands around every page: name, organisation, places, and the way out. */
import type { ComponentChildren } from "preact";
import type { Session } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Announcer } from "@/components/Announce";
import { Link } from "@/components/Button";

const PLACES = [
  ["/today", "Today"],
  ["/circles", "Circles"],
  ["/organisation", "Organisation"],
  ["/settings", "Settings"],
] as const;

export interface FrameProps {
  readonly session: Session | null;
  readonly path: string;
  readonly line: "live" | "polling" | "offline";
  readonly children: ComponentChildren;
}

export function Frame({ session, path, line, children }: FrameProps) {
  return (
    <div class="kith-frame">
      <a
        href="#main"
        class="govuk-skip-link"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to main content
      </a>
      <Header session={session} />
      {session?.standing === "member" ? <Places path={path} /> : null}
      {line === "offline" ? <Offline /> : null}
      {line === "polling" && session?.standing === "member" ? <Late /> : null}
      <main class="kith-main" id="main" tabIndex={-1}>
        <div class="govuk-width-container">{children}</div>
      </main>
      <Footer />
      <Announcer />
    </div>
  );
}

function Mark() {
  return (
    <svg class="kith-header__mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" stroke-width="2.6">
        <circle cx="16" cy="10" r="7" />
        <circle cx="9.8" cy="20.6" r="7" />
        <circle cx="22.2" cy="20.6" r="7" />
      </g>
    </svg>
  );
}

function Header({ session }: { readonly session: Session | null }) {
  return (
    <header class="kith-header">
      <div class="govuk-width-container kith-header__row">
        <Link to="/" class="kith-header__name">
          <Mark />
          Kith
        </Link>
        <span class="kith-header__organisation">{session?.legalName ?? ""}</span>
        {session ? <Person session={session} /> : null}
      </div>
    </header>
  );
}

function Person({ session }: { readonly session: Session }) {
  const vault = useVault();
  const { busy, run } = useDoing();
  return (
    <div class="kith-header__person">
      <span class="kith-header__who">{session.name}</span>
      {session.standing === "member" ? (
        <button type="button" class="kith-header__button" onClick={() => void run(() => vault.lock())}>
          Lock
        </button>
      ) : null}
      <button type="button" class="kith-header__button" onClick={() => void run(() => vault.signOut(false))}>
        {busy ? "Signing out…" : "Sign out"}
      </button>
    </div>
  );
}

function Places({ path }: { readonly path: string }) {
  return (
    <nav class="kith-places" aria-label="Places">
      <div class="govuk-width-container">
        <ul class="kith-places__list">
          {PLACES.map(([to, label]) => (
            <li key={to}>
              <Link to={to} class="kith-places__link" current={path === to || path.startsWith(`${to}/`)}>
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}

function Offline() {
  return (
    <div class="kith-line-state" role="status">
      <div class="govuk-width-container">
        <strong>No connection.</strong> What you write is kept on this device. Kith keeps trying.{" "}
        <Link to="/connection">Check my connection</Link>
      </div>
    </div>
  );
}

function Late() {
  return (
    <div class="kith-line-state" role="status">
      <div class="govuk-width-container">
        <strong>News comes a little later here.</strong> This network holds it back, so Kith looks every 15
        seconds. Nothing is lost. <Link to="/connection">Check my connection</Link>
      </div>
    </div>
  );
}

function Footer() {
  return (
    <footer class="kith-footer">
      <div class="govuk-width-container">
        <ul class="kith-footer__list">
          <li>
            <Link to="/connection">Check my connection</Link>
          </li>
          <li>
            <Link to="/security">Security details</Link>
          </li>
        </ul>
      </div>
    </footer>
  );
}
