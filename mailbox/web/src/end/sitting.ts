/**
 * Who sits at this browser: from the first words to the moment the keys are forgotten. Keys, the session and all
 * that was opened are reached from here alone, so forgetting is one step. A fault on the way in signs nobody in.
 */
import { Alarm, EvidenceKeeper } from "@/end/alarms";
import type { Trust } from "@/end/authority";
import { checkClock, now as systemNow } from "@/end/clock";
import type { Context, WakeHeard } from "@/end/context";
import type { Desk, Me } from "@/end/desk";
import { Device } from "@/end/device";
import type { Prepared } from "@/end/enrolment";
import { Locked, NotReady } from "@/end/errors";
import { EvidenceBook } from "@/end/evidence";
import { packHanded, unpackHanded } from "@/end/handing";
import { Idle, idleTime } from "@/end/idle";
import { endAtHub, forgetSealed, inTime, NOT_EVERYWHERE, savePins } from "@/end/parting";
import { keepName, ownName } from "@/end/profile";
import { begin, checkOwnOrganisation, endSession, setUp, type Unlocked } from "@/end/session";
import { memberSession } from "@/end/showing";
import { WhoAmI } from "@/end/signinanswers";
import { LocalState, placeOf } from "@/end/state";
import type { Store } from "@/end/store";
import { anyTabOpen, holdOpen, Tabs } from "@/end/tabs";
import { troubleOf } from "@/end/trouble";
import { trusted } from "@/end/trusted";
import { keepSpoken, notAdmitted, readSpoken, waitingSession } from "@/end/waiting";
import { Wakes } from "@/end/wakes";
import type { Connection } from "@/hub/connection";
import { WorkerSecret } from "@/protocol/private/secrets";
import type { Session, VaultEvent } from "@/vault/api";

const KEEP_MS = 60_000;
const ADMITTED_YET_MS = 15_000;
const WHOLE_CHECK = 10;
const NOBODY = "Nobody was here for a while, so your keys were put away. What you wrote is kept.";
const ENDED = "Your time here is over for now. Unlock to go on: what you wrote is kept.";
const BYE = "You have signed out.";
const NOT_YET = "Your manager has not admitted you yet. Tell them your five words.";

/** How somebody sits here. */
interface Seat {
  readonly me: Me;
  readonly sharedDevice: boolean;
  readonly idleMs: number;
  readonly idle: Idle;
  /** Null while nobody has admitted them. */
  desk: Desk | null;
  /** What they have just enrolled with, until it has opened a session. */
  prepared: Prepared | null;
}

type Arriving = Pick<Seat, "me" | "sharedDevice" | "prepared">;

export class Sitting implements Context {
  readonly device: Device;
  readonly evidence: EvidenceBook;
  readonly keeper = new EvidenceKeeper((evidence) => this.evidence.note(evidence));
  readonly wakes: Wakes;
  /** Whether bytes are moving for whoever sits here: for an hour an upload on their own device goes on. */
  busy: () => boolean = () => false;
  readonly #tabs: Tabs;
  readonly #forget: (() => void)[] = [];
  readonly #parting: ((parting: Connection) => Promise<unknown>)[] = [];
  #trust: Trust | null = null;
  #seat: Seat | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turns = 0;
  #letGo: () => void = () => undefined;

  constructor(
    readonly store: Store,
    readonly connection: Connection,
    readonly emit: (event: VaultEvent) => void,
    readonly now: () => number = systemNow,
  ) {
    this.evidence = new EvidenceBook(now);
    this.device = new Device(store);
    this.wakes = new Wakes(connection, () => this.#tabs, emit);
    this.#tabs = new Tabs({
      session: () => this.#handed(),
      opened: () => void this.adopt().catch(() => undefined),
      closed: (signedOut, say) => {
        if (this.#seat !== null) this.#part(signedOut ? "signed-out" : "locked", say);
      },
      touched: () => void this.#seat?.idle.touch(),
      heard: (news) => this.wakes.heardOf(news),
    });
    connection.watcher = {
      expired: () => this.#close(ENDED),
      reached: (yes) => this.wakes.reached(yes),
    };
  }

  // --- What rooms ask -------------------------------------------------------------------------------------

  desk(): Desk {
    const seat = this.#seated();
    if (seat.desk === null) throw new NotReady(NOT_YET, "not-admitted");
    return seat.desk;
  }

  onForget(call: () => void): void {
    this.#forget.push(call);
  }

  onParting(call: (parting: Connection) => Promise<unknown>): void {
    this.#parting.push(call);
  }

  onWake(call: (wake: WakeHeard) => void): void {
    this.wakes.listen(call);
  }

  /** Whoever sits here, admitted or not. Throws Locked. */
  me(): Me {
    return this.#seated().me;
  }

  /** Whether anybody sits here. */
  get open(): boolean {
    return this.#seat?.idle.check() ?? false;
  }

  get sharedDevice(): boolean {
    return this.#seat?.sharedDevice ?? false;
  }

  /** What somebody who waits has enrolled with, as long as no session could begin with it. */
  get prepared(): Prepared | null {
    return this.connection.token === null ? (this.#seat?.prepared ?? null) : null;
  }

  /** The root that this device trusts: the first that it was shown, from then on. */
  async trust(): Promise<Trust> {
    this.#trust ??= await trusted(this.device, this.connection, this.keeper);
    return this.#trust;
  }

  /** Who is signed in, as pages show it. */
  async session(): Promise<Session> {
    const { me, desk, prepared, sharedDevice, idleMs } = this.#seated();
    const known = sharedDevice ? null : await this.device.known();
    const pin = (known?.pin?.expiresAt ?? 0) > this.now();
    const beside = { sharedDevice, idleMs, pin };
    if (desk !== null) return memberSession(desk, beside);
    const { hub } = await this.trust();
    const kept = sharedDevice ? null : await readSpoken(this.store, hub, me);
    return await waitingSession(this.connection, me, prepared, kept, hub, beside);
  }

  /** Who is signed in has changed in some way: pages are told. */
  async tell(): Promise<void> {
    this.emit({ type: "session", state: "open", session: await this.session() });
  }

  // --- Coming in ------------------------------------------------------------------------------------------

  /** From an opened secret to a session. `sharedDevice`: nothing is kept here. */
  async enter(unlocked: Unlocked, sharedDevice: boolean, prepared: Prepared | null = null): Promise<Session> {
    const trust = await this.trust();
    checkClock(this.connection.clockAhead);
    const { worker, organisation } = unlocked.challenge;
    const { address, secret } = unlocked;
    const { idleMs } = await begin(this.connection, trust, unlocked);
    const me = { worker, organisation, address, name: address, secret };
    await this.#sit({ me, sharedDevice, prepared }, idleMs);
    if (!sharedDevice) await this.device.meet(me);
    await this.#note();
    this.#tabs.opened();
    return await this.session();
  }

  /** Enrolled, and these words open nothing before somebody has admitted them. */
  async wait(prepared: Prepared, sharedDevice: boolean): Promise<Session> {
    const { worker, organisation, address, name, secret } = prepared;
    const me = { worker, organisation, address, name, secret };
    this.#take({ me, sharedDevice, prepared }, null, Number.MAX_SAFE_INTEGER);
    await this.#note();
    return await this.session();
  }

  /** Go on with another tab's session. Whether somebody sits here now. */
  async adopt(): Promise<boolean> {
    if (this.#seat !== null) return true;
    const packed = (await anyTabOpen()) ? await this.#tabs.ask() : null;
    const handed = packed === null ? null : unpackHanded(packed);
    if (handed === null || this.#seat !== null) return this.#seat !== null;
    const { worker, organisation, address, sharedDevice } = handed;
    const me = { worker, organisation, address, name: address, secret: new WorkerSecret(handed.secret) };
    this.connection.use(handed.token);
    try {
      await this.#arrive({ me, sharedDevice, prepared: null }, handed.idleMs);
    } catch (error) {
      this.connection.use(null); // the session is the other tab's: it goes on there
      throw error;
    }
    await this.tell();
    return true;
  }

  /** Somebody who waited may be a member by now: look, and tell pages if so. */
  async admitted(): Promise<boolean> {
    const seat = this.#seated();
    if (seat.desk !== null || this.connection.token === null) return seat.desk !== null;
    const desk = await this.#deskFor(seat);
    if (desk === null || this.#seat !== seat) return false;
    seat.desk = desk;
    await this.#settle(desk);
    await this.#note();
    await this.tell();
    return true;
  }

  // --- Staying and going ----------------------------------------------------------------------------------

  /** Somebody is there, in this tab. */
  touch(): void {
    if (this.#seat?.idle.touch() === true) this.#tabs.touched();
  }

  /** Forget the keys everywhere in this browser; the device stays known. */
  lock(say = "Locked. What you wrote is kept."): void {
    this.#close(say);
  }

  /** Forget the keys and who was here, in every tab, at once; the hub hears of it afterwards, if it can. */
  async signOut(everywhere: boolean): Promise<void> {
    const [seat, known] = [this.#seat, this.device.known().catch(() => null)];
    const { parting, kept } = this.#part("signed-out", BYE);
    const forgetting = this.#forgetWhoWasHere(seat?.me ?? null);
    this.#tabs.closed(true, BYE);
    const pins = seat?.desk?.pins.changed === true ? [savePins(seat.desk.pins, parting)] : [];
    void Promise.all([known, kept, ...pins])
      .then(
        async ([was]) =>
          await endAtHub(parting, was?.pin ? await this.device.token(was.address) : null, everywhere),
      )
      .then((ended) => {
        if (ended || !everywhere || this.#seat !== null) return;
        this.emit({ type: "session", state: "signed-out", say: NOT_EVERYWHERE });
      });
    await forgetting;
  }

  async #forgetWhoWasHere(me: Me | null): Promise<void> {
    await this.device.forget();
    const trust = me === null ? null : await this.trust().catch(() => null);
    if (me !== null && trust !== null) await forgetSealed(this.store, placeOf(trust.hub, me.worker));
  }

  #seated(): Seat {
    if (this.#seat === null || !this.#seat.idle.check() || this.#seat === null) throw new Locked();
    return this.#seat;
  }

  async #sit(arriving: Arriving, idleMs: number): Promise<void> {
    try {
      await this.#arrive(arriving, idleMs);
    } catch (error) {
      await endSession(this.connection).catch(() => undefined);
      throw error;
    }
  }

  async #arrive(arriving: Arriving, hubIdleMs: number): Promise<void> {
    const desk = await this.#deskFor(arriving);
    this.#take(arriving, desk, hubIdleMs);
    if (desk !== null) await this.#settle(desk);
  }

  #take(arriving: Arriving, desk: Desk | null, hubIdleMs: number): void {
    this.#dropSeat();
    const idleMs = idleTime(hubIdleMs, arriving.sharedDevice);
    const idle = new Idle(idleMs, {
      warn: (secondsLeft) => this.emit({ type: "session", state: "warning", secondsLeft }),
      gone: () => this.#close(NOBODY),
      busy: () => !arriving.sharedDevice && this.busy(),
    });
    this.#seat = { ...arriving, desk, idleMs, idle };
    this.#turns = 0;
    this.#letGo = holdOpen();
    this.#plan();
  }

  /** The desk, checked; null while nobody has admitted them. */
  async #deskFor({ me, sharedDevice }: Arriving): Promise<Desk | null> {
    const [store, trust] = [sharedDevice ? null : this.store, await this.trust()];
    const place = placeOf(trust.hub, me.worker);
    await this.evidence.keepIn(place, new LocalState(store, place, me.secret.pins));
    try {
      return await setUp(this.connection, trust, me, store, this.now, this.keeper);
    } catch (error) {
      if (notAdmitted(error)) return null;
      if (this.#seat === null) await this.evidence.all().then(() => this.evidence.leave());
      throw error;
    }
  }

  /** The name they go by, sealed anew where colleagues could not read it; then what was verified is kept. */
  async #settle(desk: Desk): Promise<void> {
    this.wakes.start();
    const { profileBox } = await this.connection.get("/v1/me", WhoAmI);
    const found = await ownName(desk, profileBox);
    if (found !== null) desk.me.name = found.name;
    if (found?.stale === true) await keepName(desk, found.name);
    await desk.pins.save(desk.connection);
  }

  /** What comes round: is somebody admitted by now, was anything verified that is to be kept. */
  #plan(): void {
    clearTimeout(this.#timer);
    const wait = this.#seat?.desk === null ? ADMITTED_YET_MS : KEEP_MS;
    this.#timer = setTimeout(() => void this.#round(), wait);
  }

  async #round(): Promise<void> {
    const seat = this.#seat;
    if (seat === null || !seat.idle.check()) return;
    try {
      if (seat.desk === null) await this.admitted();
      else await this.#keep();
    } catch (error) {
      if (error instanceof Alarm) this.emit({ type: "alarm", trouble: troubleOf(error) });
    }
    if (this.#seat === seat) this.#plan();
  }

  async #keep(): Promise<void> {
    const desk = this.#seat?.desk;
    if (desk === null || desk === undefined) return;
    if (++this.#turns % WHOLE_CHECK === 0) {
      await desk.authority.refresh(desk.connection, desk.pins.root, desk.pins.rootDigest);
      desk.pins.pinRoot(desk.authority.root.number, desk.authority.trust.digest);
      await this.#lookAtOwn(desk);
    }
    if (desk.log.waiting > 0 || this.#turns % WHOLE_CHECK === 0) await desk.log.check();
    if (desk.pins.changed) await desk.pins.save(desk.connection);
  }

  /** The own organisation may have been vouched for by now: then pages are told. */
  async #lookAtOwn(desk: Desk): Promise<void> {
    const { directory, me, pins } = desk;
    const before = directory.vouched(me.organisation);
    await directory.know([me.organisation], 0);
    checkOwnOrganisation(directory, me, pins, this.keeper);
    if (!before && directory.vouched(me.organisation)) await this.tell();
  }

  /** Forget here and in every tab; the hub is told, as far as it can be reached. */
  #close(say: string): void {
    if (this.#seat === null) return;
    const { parting, kept } = this.#part("locked", say);
    this.#tabs.closed(false, say);
    void kept.then(() => endSession(parting)).catch(() => undefined);
  }

  /** Forgotten now; `kept`: what was written is sealed, or took too long. `parting` still has the session. */
  #part(
    state: "locked" | "signed-out",
    say: string,
  ): { readonly parting: Connection; readonly kept: Promise<unknown> } {
    const parting = this.connection.another();
    parting.use(this.connection.token);
    const sealing = this.#seat === null ? [] : this.#parting.map((call) => call(parting));
    const desk = this.#seat?.desk;
    if (desk) sealing.push(desk.pins.keepHere(), desk.log.keep());
    this.#dropSeat();
    this.evidence.leave();
    this.connection.use(null);
    this.emit({ type: "session", state, say });
    return { parting, kept: inTime(Promise.allSettled(sealing)) };
  }

  #dropSeat(): void {
    if (this.#seat === null) return;
    this.#seat.idle.stop();
    this.#letGo();
    this.#seat = null;
    clearTimeout(this.#timer);
    this.wakes.stop();
    for (const call of this.#forget) call();
  }

  #handed(): Uint8Array | null {
    const { token } = this.connection;
    if (!this.open || this.#seat === null || token === null) return null;
    const { me, idleMs, sharedDevice } = this.#seat;
    return packHanded({ ...me, token, idleMs, sharedDevice });
  }

  /** The root stays the one shown first; while somebody waits their five words are kept, afterwards no more. */
  async #note(): Promise<void> {
    if (this.#seat === null || this.#seat.sharedDevice) return;
    const { me, desk, prepared } = this.#seat;
    const { hub, packed } = await this.trust();
    await this.device.pinRoot(packed);
    if (desk !== null) await keepSpoken(this.store, hub, me, null);
    else if (prepared !== null) await keepSpoken(this.store, hub, me, prepared.spoken);
  }
}
