import { Heap } from "./heap.ts";

/** Two symbols side by side, how often, and where (places that no longer hold them may still be listed). */
export interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  readonly positions: number[];
}

interface Candidate {
  readonly pair: Pair;
  /** The count when it was queued; the pair's own may have shrunk since. */
  readonly count: number;
}

/** The counts of all pairs while symbols merge, and the most frequent pair at any time. */
export class PairCounts {
  readonly #pairs = new Map<number, Pair>();
  readonly #queue = new Heap<Candidate>(comesBefore);
  readonly #symbolLimit: number;
  #unqueued: Pair[] = [];

  /** Symbols are below `symbolLimit`. */
  constructor(symbolLimit: number) {
    this.#symbolLimit = symbolLimit;
  }

  add(left: number, right: number, count: number, position: number): void {
    const key = left * this.#symbolLimit + right;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { left, right, count: 0, positions: [] };
      this.#pairs.set(key, pair);
      this.#unqueued.push(pair);
    }
    pair.count += count;
    pair.positions.push(position);
  }

  /** Takes away what `add` gave. */
  remove(left: number, right: number, count: number): void {
    this.#pairs.get(left * this.#symbolLimit + right)!.count -= count;
  }

  /**
   * Takes out the most frequent pair; of equally frequent ones that of the smallest left, then right symbol.
   * Once queued, a pair can only shrink: all its places came with the merge that made its newer symbol.
   */
  takeMostFrequent(): Pair | undefined {
    for (const pair of this.#unqueued) this.#enqueue(pair);
    this.#unqueued = [];
    for (;;) {
      const top = this.#queue.pop();
      if (top === undefined || top.count === top.pair.count) return top?.pair;
      this.#enqueue(top.pair);
    }
  }

  #enqueue(pair: Pair): void {
    if (pair.count > 0) this.#queue.push({ pair, count: pair.count });
  }
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  if (a.pair.left !== b.pair.left) return a.pair.left < b.pair.left;
  return a.pair.right < b.pair.right;
}
