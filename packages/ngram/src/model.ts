import type { LanguageModel } from "@lm/model";
import type { Vocabulary } from "@lm/text";
import { Cursor, type LookupStep } from "./cursor.ts";
import { QuantizedOrder } from "./quantized-order.ts";
import { noteOf, type OrderDiscount } from "./smoothing/discounts.ts";
import type { Smoothing } from "./smoothing/smoothing.ts";
import type { Trie } from "./trie.ts";

/** How a model was estimated. */
export interface NgramOrigin {
  readonly smoothing: Smoothing;
  /** What was taken off the counts of each order, and why, where the method does that. */
  readonly discounts?: readonly OrderDiscount[];
}

/** For every row of a batch, which of the contexts that end there are listed. */
export interface NgramState {
  /** `[batch, order − 1]`; entry k − 1 of a row is the index of the n-gram of its last k tokens, or −1. */
  readonly nodes: Int32Array;
  /** `[batch]`: how many entries of the row count. */
  readonly lengths: Int32Array;
}

/** What a model says of one token after its context, and why. */
export interface TokenQuery {
  /** ln p(token | context). */
  readonly logProb: number;
  /** The length of the longest n-gram listed: the token and the context words before it. 0 where none is. */
  readonly matchedOrder: number;
  /** The back-off path, from the longest context down; where none lists the token, 1/|V| comes on top. */
  readonly path: readonly LookupStep[];
}

/** An n-gram language model, however it came to be. Make one by `ngram`, `readArpa` or `fromBytes`. */
export class NgramModel implements LanguageModel<NgramState> {
  readonly vocabulary: Vocabulary;
  readonly order: number;
  readonly contextLength: number;
  readonly trie: Trie;
  /** Undefined where it is not known: an ARPA file does not say. */
  readonly origin: NgramOrigin | undefined;

  constructor(trie: Trie, origin?: NgramOrigin) {
    this.vocabulary = trie.vocabulary;
    this.order = trie.orders.length;
    this.contextLength = this.order - 1;
    this.trie = trie;
    this.origin = origin;
  }

  /** False where the model gives scores that do not sum to one, which is in stupid back-off. */
  get isNormalized(): boolean {
    return this.trie.unlistedBackoff === 0;
  }

  /** How many n-grams of each order the model lists, unigrams first. */
  get ngramCounts(): number[] {
    return this.trie.orders.map(({ size }) => size);
  }

  /** How many probabilities and back-off weights the model has. */
  get parameterCount(): number {
    const highest = this.trie.orders.at(-1)!.size;
    return this.trie.orders.reduce((n, { size }) => n + 2 * size, -highest);
  }

  /** How many bytes the n-grams take, without the vocabulary. */
  get byteLength(): number {
    const columns = this.trie.orders.flatMap((order) => order.columns);
    return columns.reduce((bytes, column) => bytes + column.byteLength, 0);
  }

  /** Whether `quantize` has rounded the probabilities. */
  get isQuantized(): boolean {
    return this.trie.orders.at(-1) instanceof QuantizedOrder;
  }

  /** What whoever uses the model should know of how it was estimated, a sentence each. */
  get notes(): string[] {
    const scores = this.isNormalized
      ? []
      : ["stupid back-off gives scores, not probabilities: a perplexity of them means nothing"];
    const rounded = this.isQuantized
      ? ["quantised: probabilities are rounded, and sum to one only approximately"]
      : [];
    const fallbacks = (this.origin?.discounts ?? []).map(noteOf);
    return [...scores, ...rounded, ...fallbacks.filter((note) => note !== undefined)];
  }

  /**
   * Before any token, with an empty context. Where a sentence begins, `</s>` is read first: a text that is cut out
   * of the middle of another then has no false `<s>` before it.
   */
  start(batch = 1): NgramState {
    return this.#emptyState(batch);
  }

  /**
   * Reads `[batch, n]` tokens. `</s>` leads to the beginning of the next sentence, an `<unk>` that was not
   * counted to an empty context.
   */
  advance(state: NgramState, tokens: Int32Array): { state: NgramState; logProbs: Float32Array } {
    const batch = state.lengths.length;
    const count = tokens.length / batch;
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(
        `NgramModel.advance: ${tokens.length} tokens for a state of ${batch} rows; ` +
          "give the same number of tokens, at least one, for every row",
      );
    const next = this.#emptyState(batch);
    const size = this.vocabulary.size;
    const logProbs = new Float32Array(batch * size);
    const cursor = new Cursor(this.trie);
    for (let row = 0; row < batch; row++) {
      this.#load(cursor, state, row);
      for (let i = row * count; i < (row + 1) * count; i++)
        cursor.advance(this.#checked(tokens[i]!));
      this.#save(cursor, next, row);
      cursor.distribution(logProbs.subarray(row * size, (row + 1) * size));
    }
    return { state: next, logProbs };
  }

  select(state: NgramState, rows: readonly number[]): NgramState {
    const selected = this.#emptyState(rows.length);
    const width = this.contextLength;
    for (const [i, row] of rows.entries()) {
      if (!(row in state.lengths))
        throw new RangeError(
          `NgramModel.select: row ${row} is asked for, but the state has rows 0 to ${state.lengths.length - 1}`,
        );
      selected.lengths[i] = state.lengths[row]!;
      selected.nodes.set(state.nodes.subarray(row * width, (row + 1) * width), i * width);
    }
    return selected;
  }

  /** ln p of tokens 1 … n − 1 of each sequence; its first token is only context (`</s>`: a sentence begins). */
  score(sequences: readonly Int32Array[]): Float32Array[] {
    const cursor = new Cursor(this.trie);
    return sequences.map((tokens) => {
      const logProbs = new Float32Array(Math.max(tokens.length - 1, 0));
      cursor.clear();
      for (let i = 0; i < tokens.length; i++) {
        const log10 = cursor.advance(this.#checked(tokens[i]!));
        if (i > 0) logProbs[i - 1] = log10 * Math.LN10;
      }
      return logProbs;
    });
  }

  /**
   * Why a token has its probability after a context (which may be empty: then it is the unigram's), as KenLM's
   * `query -v word` tells it. `</s>` in the context means that a sentence begins.
   */
  query(context: ArrayLike<number>, token: number): TokenQuery {
    const cursor = this.#behind(context);
    const path = cursor.lookUp(this.#checked(token));
    const last = path.at(-1)!;
    return {
      logProb: cursor.logProb(token) * Math.LN10,
      matchedOrder: last.isListed ? last.contextLength + 1 : 0,
      path,
    };
  }

  /** ln p of every token of the vocabulary after a context, which is read as `query` reads it. `[V]`. */
  distribution(context: ArrayLike<number>): Float32Array {
    const logProbs = new Float32Array(this.vocabulary.size);
    this.#behind(context).distribution(logProbs);
    return logProbs;
  }

  /** The `k` most probable tokens after a context, the most probable first; of equal ones the lower id. */
  top(context: ArrayLike<number>, k: number): { token: number; logProb: number }[] {
    if (!Number.isInteger(k) || k < 1)
      throw new RangeError(`NgramModel.top: k is ${k}, but it must be a whole number from 1`);
    const logProbs = this.distribution(context);
    const tokens = [...logProbs.keys()].sort((a, b) => logProbs[b]! - logProbs[a]! || a - b);
    return tokens.slice(0, k).map((token) => ({ token, logProb: logProbs[token]! }));
  }

  /**
   * Draws a token after a context with exactly the probability that the model gives it, by inverting the cumulative
   * distribution. `random` gives uniform numbers from [0, 1): `() => generator.uniform()` of a seeded
   * `Generator` of `@lm/random`, or `Math.random`.
   */
  sample(context: ArrayLike<number>, random: () => number): number {
    const logProbs = this.distribution(context);
    let total = 0;
    for (const logProb of logProbs) total += Math.exp(logProb);
    const target = random() * total;
    // The sums are those of above, so that the last of them is `total`, and above the target.
    let token = -1;
    for (let sum = 0; sum <= target; ) sum += Math.exp(logProbs[++token]!);
    return token;
  }

  #behind(context: ArrayLike<number>): Cursor {
    const cursor = new Cursor(this.trie);
    for (let i = 0; i < context.length; i++) cursor.advance(this.#checked(context[i]!));
    return cursor;
  }

  #checked(token: number): number {
    if (Number.isInteger(token) && token >= 0 && token < this.vocabulary.size) return token;
    throw new RangeError(
      `NgramModel: token id ${token} is not in the vocabulary, which has ids 0 to ` +
        `${this.vocabulary.size - 1}; encode the text with the tokenizer of this model`,
    );
  }

  #emptyState(batch: number): NgramState {
    return {
      nodes: new Int32Array(batch * this.contextLength),
      lengths: new Int32Array(batch),
    };
  }

  #load(cursor: Cursor, { nodes, lengths }: NgramState, row: number): void {
    const width = this.contextLength;
    cursor.nodes.set(nodes.subarray(row * width, (row + 1) * width));
    cursor.length = lengths[row]!;
  }

  #save(cursor: Cursor, { nodes, lengths }: NgramState, row: number): void {
    nodes.set(cursor.nodes.subarray(0, cursor.length), row * this.contextLength);
    lengths[row] = cursor.length;
  }
}
