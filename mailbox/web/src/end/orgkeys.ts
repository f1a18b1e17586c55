/**
 * An organisation's own secrets, by generation: opened from the caller's box, older ones from the archive
 * (keyholder/orgkeys.py).
 *
 * Each must give the very box key that the signed chain lists for that generation; nothing else counts.
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import type { Directory } from "@/end/directory";
import { CannotOpen } from "@/end/errors";
import { OrganisationKeys as Answer } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { equal, toHex } from "@/protocol/bytes";
import { boxHash, keyHash, type Organisation } from "@/protocol/organisation";
import { organisationInfo } from "@/protocol/private/boxes";
import { OrganisationSecret, type WorkerSecret } from "@/protocol/private/secrets";

const NONE = new Uint8Array(0);

/** The secrets of the worker's organisation. */
export class OrganisationKeys {
  readonly #connection: Connection;
  readonly #directory: Directory;
  readonly #organisation: Uint8Array;
  readonly #worker: Uint8Array;
  readonly #secret: WorkerSecret;
  readonly #keeper: EvidenceKeeper;
  readonly #opened = new Map<number, OrganisationSecret>();
  #loading: Promise<void> | null = null;

  constructor(
    connection: Connection,
    directory: Directory,
    organisation: Uint8Array,
    worker: Uint8Array,
    secret: WorkerSecret,
    keeper: EvidenceKeeper,
  ) {
    this.#connection = connection;
    this.#directory = directory;
    this.#organisation = organisation;
    this.#worker = worker;
    this.#secret = secret;
    this.#keeper = keeper;
  }

  /** The organisation's verified chain. */
  get chain(): Organisation {
    return this.#directory.organisation(this.#organisation);
  }

  /** The secret of the generation in force. */
  async current(): Promise<OrganisationSecret> {
    return await this.secret(this.chain.generation.number);
  }

  /**
   * The secret of `generation`.
   *
   * Throws Alarm: what the hub keeps is not what the chain lists. CannotOpen: no such generation.
   */
  async secret(generation: number): Promise<OrganisationSecret> {
    if (!this.#opened.has(generation)) {
      if (generation < 1 || generation > this.chain.generation.number) throw new CannotOpen();
      this.#loading ??= this.#load().finally(() => (this.#loading = null));
      await this.#loading;
    }
    const secret = this.#opened.get(generation);
    if (secret === undefined) {
      const material = { organisation: this.#organisation, head: this.chain.head };
      throw this.#keeper.alarm(AlarmKind.BOX_WITHHELD, material);
    }
    return secret;
  }

  async #load(): Promise<void> {
    const answer = await this.#connection.get(`/v1/organisations/${toHex(this.#organisation)}/keys`, Answer);
    let newest = await this.#openBox(answer);
    this.#opened.set(newest.generation, newest);
    const wrapped = new Map(answer.archives.map((archive) => [archive.generation, archive.wrapped]));
    while (newest.generation > 1) {
      const archive = wrapped.get(newest.generation);
      if (archive === undefined) return;
      newest = await this.#openArchive(newest, archive);
      this.#opened.set(newest.generation, newest);
    }
  }

  async #openBox(answer: Answer): Promise<OrganisationSecret> {
    const { generation, boxes, head } = this.chain;
    const expected = boxes.get(this.#worker) ?? NONE;
    if (answer.generation !== generation.number || !equal(boxHash(answer.box), expected)) {
      throw this.#keeper.alarm(AlarmKind.BOX_WITHHELD, { box: answer.box, head });
    }
    const own = keyHash(this.#secret.box.public);
    const info = organisationInfo(this.#organisation, generation.number, this.#worker, own);
    const opened = await this.#secret.box
      .open(answer.box, info)
      .then((raw) => new OrganisationSecret(raw, generation.number))
      .catch(() => null);
    if (opened === null || !equal(opened.box.public, generation.boxKey)) {
      throw this.#keeper.alarm(AlarmKind.KEY_MOVED, { box: answer.box, head });
    }
    return opened;
  }

  async #openArchive(newer: OrganisationSecret, wrapped: Uint8Array): Promise<OrganisationSecret> {
    const { generations, head } = this.chain;
    const listed = generations[newer.generation - 1]?.archiveHash ?? NONE;
    const before = generations[newer.generation - 2]?.boxKey ?? NONE;
    const opened = equal(boxHash(wrapped), listed)
      ? await newer.openArchive(this.#organisation, wrapped, before).catch(() => null)
      : null;
    if (opened === null) throw this.#keeper.alarm(AlarmKind.KEY_MOVED, { archive: wrapped, head });
    return opened;
  }
}
