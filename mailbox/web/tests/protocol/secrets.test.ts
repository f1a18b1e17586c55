/** Secrets do not show themselves, wraps and boxes open again, and words are drawn fairly. */
import { beforeAll, describe, expect, it } from "vitest";
import { equal, fromBase64Url, fromHex, toBase64Url, toHex, utf8 } from "@/protocol/bytes";
import { CryptoError, Malformed, NotForMe } from "@/protocol/errors";
import { BoxSecret, epochInfo, sealBox } from "@/protocol/private/boxes";
import { commitment } from "@/protocol/private/content";
import { Rewraps } from "@/protocol/private/rewraps";
import { lock, OrganisationSecret, SignInKeys, unlock, WorkerSecret } from "@/protocol/private/secrets";
import { PasskeyKeys, PinKeys } from "@/protocol/private/unlocking";
import { generateWords, normaliseWords, wordList } from "@/protocol/private/words";
import { sodiumReady } from "@/protocol/sodium";
import { Chance } from "./chance";

beforeAll(sodiumReady);

const KEY = new Uint8Array(32).fill(5);
const ID = new Uint8Array(16).fill(6);
const WRAPPED = { hub: "hub.example", organisation: ID, worker: ID, address: "a@b.example", version: 1 };

describe("a secret", () => {
  it("is fresh each time, and none shows itself", () => {
    expect(toHex(WorkerSecret.generate().raw)).not.toBe(toHex(WorkerSecret.generate().raw));
    const secrets = [
      new WorkerSecret(KEY),
      new OrganisationSecret(KEY, 2),
      PasskeyKeys.derive(KEY, "hub.example"),
      new SignInKeys(KEY, KEY, ID),
      new BoxSecret(KEY),
      new WorkerSecret(KEY).signing,
    ];
    for (const secret of secrets) expect(JSON.stringify(secret)).not.toContain('5,"1":5');
  });

  it.each([0, 31, 33, 64])("is never of %i bytes", (length) => {
    const odd = new Uint8Array(length);
    for (const make of [
      () => new WorkerSecret(odd),
      () => new OrganisationSecret(odd, 1),
      () => new BoxSecret(odd),
      () => PasskeyKeys.derive(odd, "hub.example"),
      () => PinKeys.derive("1234", odd, ID),
    ]) {
      expect(make).toThrow(Malformed);
    }
  });
});

describe("a wrap", () => {
  it("opens again by words, by passkey, and for the generation before", async () => {
    const secret = WorkerSecret.generate();
    const words = new SignInKeys(KEY, KEY, ID);
    expect(toHex((await words.open(await words.lock(secret, WRAPPED), WRAPPED)).raw)).toBe(toHex(secret.raw));
    const passkey = PasskeyKeys.derive(KEY, "hub.example");
    const locked = await passkey.lock(secret, utf8("credential"), WRAPPED);
    expect(toHex((await passkey.open(locked, utf8("credential"), WRAPPED)).raw)).toBe(toHex(secret.raw));
    const [old, next] = [OrganisationSecret.generate(1), OrganisationSecret.generate(2)];
    const archive = await next.archive(ID, old);
    expect(toHex((await next.openArchive(ID, archive, old.box.public)).raw)).toBe(toHex(old.raw));
  });

  it("never opens changed, and says nothing of why", async () => {
    const locked = await lock(KEY, utf8("secret"), utf8("context"));
    const chance = new Chance(3);
    for (let tried = 0; tried < 200; tried++) {
      const changed = chance.changed(locked);
      if (equal(changed, locked)) continue;
      await expect(unlock(KEY, changed, utf8("context"))).rejects.toThrow(NotForMe);
    }
  });

  it.each([0, 16, 24, 33])("is never made under a key of %i bytes", async (length) => {
    await expect(lock(new Uint8Array(length), KEY, ID)).rejects.toThrow(NotForMe);
  });

  it("of an epoch key counts only as the log says", async () => {
    const copies = new Rewraps(new OrganisationSecret(KEY, 1), ID);
    const wrapped = await copies.lock(KEY, 3, KEY);
    expect(wrapped.length).toBe(60);
    expect(toHex(await copies.open(KEY, 3, wrapped, commitment(KEY, 3, KEY)))).toBe(toHex(KEY));
    await expect(copies.open(KEY, 3, wrapped, KEY)).rejects.toThrow(NotForMe);
  });
});

describe("a box", () => {
  it("opens for its key and info, and never changed", async () => {
    const secret = new BoxSecret(KEY);
    const info = epochInfo(KEY, 1, KEY, ID, 1, KEY);
    const box = await sealBox(secret.public, KEY, info);
    expect(toHex(await secret.open(box, info))).toBe(toHex(KEY));
    await expect(secret.open(box, epochInfo(KEY, 2, KEY, ID, 1, KEY))).rejects.toThrow(NotForMe);
    const chance = new Chance(4);
    for (let tried = 0; tried < 60; tried++) {
      const changed = chance.changed(box);
      if (!equal(changed, box)) await expect(secret.open(changed, info)).rejects.toThrow(NotForMe);
    }
  });

  it("is sealed to no key that cannot be sealed to", async () => {
    await expect(sealBox(new Uint8Array(1216).fill(255), KEY, KEY)).rejects.toThrow(Malformed);
    await expect(sealBox(new Uint8Array(7), KEY, KEY)).rejects.toThrow(Malformed);
  });
});

describe("words", () => {
  it("are drawn at random, all of them, and normal already", () => {
    const drawn = new Set(
      Array.from({ length: 4000 }, () => generateWords(8)).flatMap((six) => six.split(" ")),
    );
    expect(drawn.size).toBeGreaterThan(wordList().length * 0.95);
    const words = generateWords();
    expect(normaliseWords(words, 6)).toBe(words);
  });
});

describe("hex and base64", () => {
  it("have one spelling", () => {
    const chance = new Chance(8);
    for (let tried = 0; tried < 300; tried++) {
      const bytes = chance.bytes(chance.below(50));
      expect(toHex(fromHex(toHex(bytes)))).toBe(toHex(bytes));
      expect(toHex(fromBase64Url(toBase64Url(bytes)))).toBe(toHex(bytes));
    }
    for (const wrong of ["0", "zz", "0x"]) expect(() => fromHex(wrong)).toThrow(CryptoError);
    for (const wrong of ["A", "AB", "AAA=", "AA+A", "A A"])
      expect(() => fromBase64Url(wrong)).toThrow(CryptoError);
  });
});
