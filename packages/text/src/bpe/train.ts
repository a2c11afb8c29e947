import { BYTE_ALPHABET, BYTE_ORDER } from "./byte-level.ts";
import { type Pair, PairCounts } from "./pair-counts.ts";
import { GPT2 } from "./pre-tokenization.ts";

/** A merge: the two tokens that become one. */
export type Merge = readonly [left: string, right: string];

/**
 * Learns byte-pair merges (Sennrich, Haddow and Birch 2016, algorithm 1): the most frequent pair of
 * neighbours becomes one token, until there are `size` tokens or no pair is left. Neighbours that overlap
 * (`aaa`) count as two pairs. Equally frequent pairs: the one whose left, then right token has the smaller
 * id, as in Hugging Face's `BpeTrainer`.
 *
 * Pieces are laid end to end as linked lists of symbols, so a merge costs as much as there are places to
 * merge, however long the pieces are.
 */
export function trainMerges(text: string, size: number): { tokens: string[]; merges: Merge[] } {
  const tokens = [...BYTE_ALPHABET];
  const merges: Merge[] = [];
  const symbols = new SymbolLists(countPieces(text), size);
  while (tokens.length < size) {
    const pair = symbols.takeMostFrequentPair();
    if (pair === undefined) break;
    const merge = [tokens[pair.left]!, tokens[pair.right]!] as const;
    merges.push(merge);
    // Always a new token: the same symbols between the same neighbours merge in the same order everywhere.
    symbols.merge(pair, tokens.push(merge.join("")) - 1);
  }
  return { tokens, merges };
}

function countPieces(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [piece] of text.matchAll(GPT2.pattern))
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return counts;
}

const NONE = -1;

/** All distinct pieces as lists of symbols, each place with the count of its piece. */
class SymbolLists {
  readonly #symbols: Int32Array;
  readonly #previous: Int32Array;
  readonly #next: Int32Array;
  readonly #counts: Int32Array;
  readonly #pairs: PairCounts;

  constructor(pieces: ReadonlyMap<string, number>, symbolLimit: number) {
    const encoder = new TextEncoder();
    const encoded = Array.from(pieces, ([piece, count]) => ({
      bytes: encoder.encode(piece),
      count,
    }));
    const length = encoded.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#symbols = new Int32Array(length);
    this.#previous = new Int32Array(length);
    this.#next = new Int32Array(length);
    this.#counts = new Int32Array(length);
    this.#pairs = new PairCounts(symbolLimit);

    const symbolOf = new Int32Array(256);
    for (const [id, byte] of BYTE_ORDER.entries()) symbolOf[byte] = id;
    let start = 0;
    for (const { bytes, count } of encoded) {
      const end = start + bytes.length;
      for (let at = start; at < end; at++) {
        this.#symbols[at] = symbolOf[bytes[at - start]!]!;
        this.#counts[at] = count;
        this.#previous[at] = at === start ? NONE : at - 1;
        this.#next[at] = at === end - 1 ? NONE : at + 1;
        if (at > start) this.#pairs.add(this.#symbols[at - 1]!, this.#symbols[at]!, count, at - 1);
      }
      start = end;
    }
  }

  takeMostFrequentPair(): Pair | undefined {
    return this.#pairs.takeMostFrequent();
  }

  /** Makes `merged` of every such pair, from left to right, the order in which its places came. */
  merge({ left, right, positions }: Pair, merged: number): void {
    const symbols = this.#symbols;
    for (const at of positions) {
      const next = this.#next[at]!;
      // The place may have merged with another neighbour since it was listed.
      if (symbols[at] !== left || next === NONE || symbols[next] !== right) continue;
      const count = this.#counts[at]!;
      const before = this.#previous[at]!;
      const after = this.#next[next]!;
      if (before !== NONE) {
        this.#pairs.remove(symbols[before]!, left, count);
        this.#pairs.add(symbols[before]!, merged, count, before);
      }
      if (after !== NONE) {
        this.#pairs.remove(right, symbols[after]!, count);
        this.#pairs.add(merged, symbols[after]!, count, at);
        this.#previous[after] = at;
      }
      symbols[at] = merged;
      symbols[next] = NONE;
      this.#next[at] = after;
    }
  }
}
