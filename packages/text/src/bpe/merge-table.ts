import { describe, invalid } from "../tokenizer-document.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { Heap } from "./heap.ts";
import type { Merge } from "./train.ts";

// A candidate for the next merge is one number, rank × PLACES + place: the least is the next.
const PLACES = 2 ** 32;
const MOST_MERGES = 2 ** 21;
const NONE = -1;

/** Learned merges by the ids of their parts, ready to be applied in the order in which they were learned. */
export class MergeTable {
  readonly #ranks = new Map<number, number>();
  readonly #merged: Int32Array;
  readonly #size: number;

  /** @throws TokenizerError when a part of a merge, or what it makes, is not in the vocabulary. */
  constructor(merges: readonly Merge[], vocabulary: Vocabulary) {
    if (merges.length > MOST_MERGES)
      throw invalid(
        `model.merges has ${merges.length} merges; at most ${MOST_MERGES} are supported`,
      );
    const known = (token: string, rank: number) => {
      const found = vocabulary.id(token);
      if (found === undefined)
        throw invalid(
          `model.merges[${rank}] needs the token ${describe(token)}, which model.vocab does not have`,
        );
      return found;
    };
    this.#size = vocabulary.size;
    this.#merged = new Int32Array(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      this.#ranks.set(known(left, rank) * this.#size + known(right, rank), rank);
      this.#merged[rank] = known(left + right, rank);
    }
  }

  /**
   * Merges neighbours, the earliest learned merge first, of equal ones the leftmost, until none is left.
   * Takes n log n steps for n symbols; overwrites `symbols`.
   */
  apply(symbols: Int32Array): number[] {
    const next = Int32Array.from(symbols, (_, at) => at + 1);
    const previous = Int32Array.from(symbols, (_, at) => at - 1);
    const queue = new Heap<number>((a, b) => a < b);
    const rankAt = (at: number) => {
      const after = next[at]!;
      return after < symbols.length
        ? this.#ranks.get(symbols[at]! * this.#size + symbols[after]!)
        : undefined;
    };
    const consider = (at: number) => {
      const rank = rankAt(at);
      if (rank !== undefined) queue.push(rank * PLACES + at);
    };
    for (let at = 0; at < symbols.length; at++) consider(at);
    for (let top = queue.pop(); top !== undefined; top = queue.pop()) {
      const rank = Math.floor(top / PLACES);
      const at = top % PLACES;
      // The place may have merged with another neighbour since it was queued.
      if (rankAt(at) !== rank) continue;
      const taken = next[at]!;
      const after = next[taken]!;
      symbols[at] = this.#merged[rank]!;
      symbols[taken] = NONE;
      next[at] = after;
      if (after < symbols.length) previous[after] = at;
      consider(at);
      if (previous[at]! >= 0) consider(previous[at]!);
    }
    return Array.from(symbols).filter((symbol) => symbol !== NONE);
  }
}
