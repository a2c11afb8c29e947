/** What text has become certain, and whether a stop string came right after it. */
export interface CertainText {
  readonly text: string;
  readonly isStopped: boolean;
}

/**
 * Looks for stop strings in text that arrives in pieces, and holds back what may be the beginning of one. The one
 * that is complete first counts, so that it does not matter how the text is cut; of several that end together, the
 * longest.
 */
export class StopMatcher {
  readonly #stop: readonly string[];
  #held = "";

  constructor(stop: readonly string[]) {
    this.#stop = stop;
  }

  /** Once stopped, it is not to be asked again. */
  push(piece: string): CertainText {
    const text = this.#held + piece;
    const [first] = this.#stop
      .map((stop) => ({ start: text.indexOf(stop), length: stop.length }))
      .filter(({ start }) => start >= 0)
      .sort((a, b) => a.start + a.length - (b.start + b.length) || a.start - b.start);
    if (first) return { text: text.slice(0, first.start), isStopped: true };
    const certain = text.length - this.#beginning(text);
    this.#held = text.slice(certain);
    return { text: text.slice(0, certain), isStopped: false };
  }

  /** What was held back, now that nothing follows. */
  end(): string {
    return this.#held;
  }

  /** The length of the longest end of `text` that a stop string begins with. */
  #beginning(text: string): number {
    const longest = Math.max(0, ...this.#stop.map(({ length }) => length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#stop.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}
