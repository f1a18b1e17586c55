/** One signed-in worker's desk: what every other room of this end needs at hand (keyholder/desk.py). */
import type { AccessLog } from "@/end/accesslog";
import type { EvidenceKeeper } from "@/end/alarms";
import type { Authority } from "@/end/authority";
import type { Directory } from "@/end/directory";
import { CannotSend, NotReady } from "@/end/errors";
import type { OrganisationKeys } from "@/end/orgkeys";
import type { Pins } from "@/end/pins";
import type { LocalState } from "@/end/state";
import type { Connection } from "@/hub/connection";
import { DIRECT_SUPPORT } from "@/end/purposes";
import { concat, randomBytes, utf8 } from "@/protocol/bytes";
import type { Member } from "@/protocol/organisation";
import { reasonInfo, sealBox } from "@/protocol/private/boxes";
import type { WorkerSecret } from "@/protocol/private/secrets";
import {
  reasonCommitment,
  type SignedStatement,
  signStatement,
  type StatementObject,
} from "@/protocol/statements";

export const REASON_MAX = 1000;
const NONE = new Uint8Array(0);

/** Who is signed in. `name` is what colleagues and partners read beside what they write. */
export interface Me {
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly address: string;
  /** Changes when they change it. */
  name: string;
  readonly secret: WorkerSecret;
}

/** What a statement says beside its objects. */
export interface About {
  /** 32 bytes, or none outside a circle. */
  readonly circle?: Uint8Array;
  /** Default: direct support. */
  readonly purpose?: number;
  /** From `sealReason`. */
  readonly commitment?: Uint8Array;
}

/** Everything at hand. */
export class Desk {
  constructor(
    readonly connection: Connection,
    /** UTC milliseconds. */
    readonly clock: () => number,
    readonly authority: Authority,
    readonly directory: Directory,
    readonly me: Me,
    readonly keys: OrganisationKeys,
    readonly pins: Pins,
    readonly log: AccessLog,
    readonly state: LocalState,
    readonly keeper: EvidenceKeeper,
  ) {}

  /** This worker as their organisation's chain has them now. Throws NotReady. */
  get member(): Member {
    const member = this.directory.organisation(this.me.organisation).members.get(this.me.worker);
    if (member === undefined) {
      throw new NotReady("Your organisation no longer lists you. Speak to your manager.");
    }
    return member;
  }

  /** The digest of the own organisation's accreditation in force, and its kind (OrganisationKind). */
  standing(): { readonly digest: Uint8Array; readonly kind: number } | null {
    const found = this.directory.standing(this.me.organisation, this.clock());
    return found === null ? null : { digest: found.digest, kind: found.accreditation.kind };
  }

  /** A fresh signed statement: "I am opening this, for this purpose". */
  stateThat(act: number, objects: readonly StatementObject[], about: About = {}): SignedStatement {
    const statement = {
      version: 1,
      act,
      worker: this.me.worker,
      organisation: this.me.organisation,
      circle: about.circle ?? NONE,
      objects,
      purpose: about.purpose ?? DIRECT_SUPPORT,
      reasonCommitment: about.commitment ?? NONE,
      logSize: this.log.size,
      logRoot: this.log.root,
      at: this.clock(),
      nonce: randomBytes(16),
    };
    return signStatement(statement, this.me.secret.signing);
  }

  /** The commitment to a reason (32 bytes), and the box of [salt, words] to the own organisation. */
  async sealReason(text: string): Promise<{ readonly commitment: Uint8Array; readonly box: Uint8Array }> {
    if (text.length > REASON_MAX) throw new CannotSend("Say the reason in fewer words.");
    const salt = randomBytes(32);
    const commitment = reasonCommitment(salt, text);
    const { number, boxKey, keyHash } = this.directory.organisation(this.me.organisation).generation;
    const info = reasonInfo(this.me.worker, this.me.organisation, number, keyHash, commitment);
    return { commitment, box: await sealBox(boxKey, concat(salt, utf8(text)), info) };
  }
}
