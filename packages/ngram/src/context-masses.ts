import { Cursor } from "./cursor.ts";
import { bosOf, type Trie } from "./trie.ts";

/** What a context h of order k − 1 gives to the words listed after it, and what it leaves to the others. */
export interface ContextMasses {
  /** The index of h among order k − 1. */
  readonly context: number;
  /** The index of its first continuation among order k. */
  readonly first: number;
  /** ln p(h). Of `<s>`, which nothing predicts, it is that of `</s>`. */
  readonly logContext: number;
  /** p(v | h) of each v listed after h. */
  readonly own: Float64Array;
  /** p(v | h') of each of them. */
  readonly lower: Float64Array;
  /** 1 − Σ p(v | h): 0 or more. */
  readonly left: number;
  /** 1 − Σ p(v | h'): 0 or more. */
  readonly lowerLeft: number;
}

/** Float32 logarithms of probabilities that sum to one miss it by about as much. */
const NO_MASS = 1e-7;

/** The contexts of order k − 1 after which something is listed, in their order. */
export function* contextMasses(trie: Trie, k: number): Generator<ContextMasses> {
  const cursor = new Cursor(trie);
  const { orders, vocabulary } = trie;
  const bos = bosOf(trie);
  const words: number[] = [];
  function* below(length: number, ngram: number, logProb: number): Generator<ContextMasses> {
    const order = orders[length - 1]!;
    const first = order.firstChild(ngram);
    const end = order.firstChild(ngram + 1);
    if (first === end) return;
    words.push(order.word(ngram));
    if (length < k - 1)
      for (let child = first; child < end; child++)
        yield* below(length + 1, child, logProb + orders[length]!.logProb(child) * Math.LN10);
    else yield massesOf(ngram, logProb, first, end);
    words.pop();
  }
  function massesOf(context: number, logContext: number, first: number, end: number) {
    const longer = orders[k - 1]!;
    const own = new Float64Array(end - first);
    const lower = new Float64Array(end - first);
    cursor.clear();
    for (let i = 1; i < words.length; i++) cursor.advance(words[i]!);
    let left = 1;
    let lowerLeft = 1;
    for (let i = 0; i < own.length; i++) {
      own[i] = 10 ** longer.logProb(first + i);
      lower[i] = 10 ** cursor.logProb(longer.word(first + i));
      left -= own[i]!;
      lowerLeft -= lower[i]!;
    }
    return {
      context,
      first,
      logContext,
      own,
      lower,
      left: left > NO_MASS ? left : 0,
      lowerLeft: lowerLeft > NO_MASS ? lowerLeft : 0,
    };
  }
  for (let unigram = 0; unigram < orders[0]!.size; unigram++) {
    const predicted = unigram === bos ? (vocabulary.eos ?? unigram) : unigram;
    yield* below(1, unigram, orders[0]!.logProb(predicted) * Math.LN10);
  }
}
