import { bosOf, findChild, predictedCount, type Trie } from "./trie.ts";

/** One step on the back-off path of a word: a context, and what it says. */
export interface LookupStep {
  /** How many of the last words the context has. */
  readonly contextLength: number;
  readonly isListed: boolean;
  /** log10 p(word | context) where the word is listed there; else log10 γ(context), the price of going on. */
  readonly log10: number;
}

/**
 * A place in a text as an n-gram model sees it: which of the contexts that end there are listed. Moving on by a
 * word gives the word's probability on the way, with one search for each context length.
 */
export class Cursor {
  /** `nodes[k − 1]`: the n-gram of the last k words among those of order k, or −1 where it is not listed. */
  readonly nodes: Int32Array;
  /** How many of the last words can matter: `nodes` is filled up to here. */
  length = 0;

  readonly #trie: Trie;
  readonly #bos: number | undefined;
  /** `<unk>`, where it is never predicted. */
  readonly #closed: number | undefined;
  readonly #logUniform: number;
  /** Whether only the longest context is asked, and behind it the uniform distribution. */
  readonly #asksLongestOnly: boolean;
  /** An `<unk>` from which no n-gram goes on. */
  readonly #unseenUnknown: number | undefined;

  constructor(trie: Trie) {
    const { orders, vocabulary, isOpen } = trie;
    const [unigrams] = orders;
    const { unk } = vocabulary;
    this.nodes = new Int32Array(orders.length - 1);
    this.#trie = trie;
    this.#bos = bosOf(trie);
    if (!isOpen) this.#closed = unk;
    this.#logUniform = -Math.log10(predictedCount(vocabulary, isOpen));
    this.#asksLongestOnly = trie.backoff === "uniform";
    if (unk !== undefined && unigrams!.firstChild(unk) === unigrams!.firstChild(unk + 1))
      this.#unseenUnknown = unk;
  }

  /** Forgets all words before. */
  clear(): void {
    this.length = 0;
  }

  /** Moves on by `word` and gives log10 p(word | the words before). */
  advance(word: number): number {
    const { orders, vocabulary, unlistedBackoff } = this.#trie;
    const { nodes, length } = this;
    const shortest = this.#shortestAsked();
    let logProb = 0;
    let isFound = false;
    // From the longest context down, so that nodes[k] has been read when the next word's is written.
    for (let k = length; k >= 0; k--) {
      const node = k === 0 ? 0 : nodes[k - 1]!;
      const child = node < 0 ? -1 : findChild(orders, k, node, word);
      if (k < nodes.length) nodes[k] = child;
      if (isFound || k < shortest) continue;
      if (child >= 0) {
        logProb += orders[k]!.logProb(child);
        isFound = true;
      } else logProb += node >= 0 ? orders[k - 1]!.backoff(node) : unlistedBackoff;
    }
    if (word === vocabulary.eos || word === this.#bos) this.#openSentence();
    else this.#grow(word);
    if (word === this.#bos || word === this.#closed) return Number.NEGATIVE_INFINITY;
    return isFound ? logProb : logProb + this.#logUniform;
  }

  /** log10 p(word | the words before), as `advance(word)` gives it, without moving. */
  logProb(word: number): number {
    if (word === this.#bos || word === this.#closed) return Number.NEGATIVE_INFINITY;
    const path = this.lookUp(word);
    const sum = path.reduce((total, { log10 }) => total + log10, 0);
    return path.at(-1)!.isListed ? sum : sum + this.#logUniform;
  }

  /**
   * The terms that `advance(word)` adds up, from the longest context down, without moving. Where the word is
   * listed in none of them, log10 1/|V| comes on top.
   */
  lookUp(word: number): LookupStep[] {
    const { orders, unlistedBackoff } = this.#trie;
    const steps: LookupStep[] = [];
    for (let k = this.length; k >= this.#shortestAsked(); k--) {
      const node = k === 0 ? 0 : this.nodes[k - 1]!;
      const child = node < 0 ? -1 : findChild(orders, k, node, word);
      const isListed = child >= 0;
      let log10 = unlistedBackoff;
      if (isListed) log10 = orders[k]!.logProb(child);
      else if (node >= 0) log10 = orders[k - 1]!.backoff(node);
      steps.push({ contextLength: k, isListed, log10 });
      if (isListed) break;
    }
    return steps;
  }

  /**
   * Writes ln p(w | the words before) for every word w of the vocabulary to `row`: first what every word gets,
   * then, context by context from short to long, what is listed there.
   */
  distribution(row: Float32Array): void {
    const { orders, vocabulary, unlistedBackoff } = this.#trie;
    const { length, nodes } = this;
    const shortest = this.#shortestAsked();
    // weights[k]: log10 γ of all contexts longer than k words, which a word first listed after k words pays.
    const weights = new Float64Array(length + 1);
    for (let k = length; k > 0; k--) {
      const node = nodes[k - 1]!;
      weights[k - 1] = weights[k]! + (node < 0 ? unlistedBackoff : orders[k - 1]!.backoff(node));
    }
    if (shortest > 0) row.fill((weights[shortest - 1]! + this.#logUniform) * Math.LN10);
    for (let k = shortest; k <= length; k++) {
      const order = orders[k]!;
      const node = k === 0 ? 0 : nodes[k - 1]!;
      if (node < 0) continue;
      const first = k === 0 ? 0 : orders[k - 1]!.firstChild(node);
      const end = k === 0 ? row.length : orders[k - 1]!.firstChild(node + 1);
      for (let child = first; child < end; child++)
        row[order.word(child)] = (order.logProb(child) + weights[k]!) * Math.LN10;
    }
    for (const id of [vocabulary.bos, this.#closed])
      if (id !== undefined) row[id] = Number.NEGATIVE_INFINITY;
  }

  #shortestAsked(): number {
    return this.#asksLongestOnly ? this.length : 0;
  }

  #openSentence(): void {
    this.clear();
    if (this.#bos === undefined || this.nodes.length === 0) return;
    this.nodes[0] = this.#bos;
    this.length = 1;
  }

  /** The context is a word longer, and shorter again by what cannot matter for any word to come. */
  #grow(word: number): void {
    this.length = Math.min(this.length + 1, this.nodes.length);
    if (this.#asksLongestOnly) {
      if (word === this.#unseenUnknown) this.clear();
      return;
    }
    while (this.length > 0 && !this.#matters(this.length)) this.length--;
  }

  /** Whether some word is listed behind the context of k words, or backing off from it has a price. */
  #matters(k: number): boolean {
    const node = this.nodes[k - 1]!;
    if (node < 0) return this.#trie.unlistedBackoff !== 0;
    const order = this.#trie.orders[k - 1]!;
    return order.firstChild(node) < order.firstChild(node + 1) || order.backoff(node) !== 0;
  }
}
