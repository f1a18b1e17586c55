/** Chance that is the same every time: a small generator, for tests that try thousands of inputs. */

/** Numbers from 0 to `bound` - 1 (mulberry32). */
export class Chance {
  constructor(private state: number) {}

  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** `bytes` with something changed: a byte flipped, cut off, doubled or put in. */
  changed(bytes: Uint8Array): Uint8Array {
    const copy = [...bytes];
    const at = this.below(copy.length + 1);
    const ways = [
      () => copy.splice(at, 1, this.below(256)),
      () => copy.splice(at),
      () => copy.splice(at, 0, ...copy.slice(at, at + this.below(40))),
      () => copy.splice(at, this.below(4), ...this.bytes(this.below(4))),
    ];
    ways[this.below(ways.length)]?.();
    return Uint8Array.from(copy);
  }
}
