import { BOS, EOS, UNK } from "@lm/text";
import type { NgramModel } from "./model.ts";
import { bosOf, type Trie } from "./trie.ts";

/** ARPA separates words by white space; NUL is what KenLM ends words at. */
const SEPARATOR = /[\0\t\n\v\f\r ]/;
/** How ARPA files write the logarithm of zero. */
const LOG_ZERO = "-99";
const LINES_A_PIECE = 1000;
const POWERS_OF_TEN = Array.from({ length: 10 }, (_, decimals) => 10 ** decimals);

/**
 * Writes a model as an ARPA file, in pieces of some thousand lines. Every number is the shortest that reads back
 * as the same float32, so a model read back gives the same scores. `<s>`, `</s>` and `<unk>` are written under
 * these names whatever the vocabulary calls them.
 * @throws Error for a model that ARPA cannot express: one whose tokens hold white space, or one that does not
 * back off to shorter contexts (maximum likelihood and add-α above order 1).
 */
export function writeArpa(model: NgramModel): Iterable<string> {
  const { trie } = model;
  if (trie.backoff !== "shorter-context" && trie.orders.length > 1)
    throw new Error(
      "writeArpa: ARPA files express back-off to shorter contexts, which this model " +
        `(${JSON.stringify(model.origin?.smoothing ?? trie.backoff)}) does not do; ` +
        "take another smoothing, or save the model by toBytes",
    );
  return pieces(trie, arpaWords(trie));
}

function arpaWords(trie: Trie): string[] {
  const { tokens, eos, unk } = trie.vocabulary;
  const words = [...tokens];
  const bos = bosOf(trie);
  if (bos !== undefined) words[bos] = BOS;
  if (eos !== undefined) words[eos] = EOS;
  if (unk !== undefined) words[unk] = UNK;
  const unfit = words.findIndex((word) => word === "" || SEPARATOR.test(word));
  if (unfit >= 0)
    throw new Error(
      `writeArpa: token ${unfit} is ${JSON.stringify(words[unfit])}, but ARPA files separate words by ` +
        "white space; use a tokenizer whose tokens have none, or save the model by toBytes",
    );
  if (new Set(words).size < words.length)
    throw new Error(
      `writeArpa: the vocabulary has reserved tokens of other names, and ${BOS}, ${EOS} or ${UNK} besides; ` +
        "save the model by toBytes",
    );
  return words;
}

function* pieces(trie: Trie, words: readonly string[]): Generator<string> {
  yield "\\data\\\n";
  for (const [i, { size }] of trie.orders.entries()) yield `ngram ${i + 1}=${size}\n`;
  for (let k = 1; k <= trie.orders.length; k++) {
    yield `\n\\${k}-grams:\n`;
    yield* section(trie, words, k);
  }
  yield "\n\\end\\\n";
}

function* section({ orders }: Trie, words: readonly string[], k: number): Generator<string> {
  const order = orders[k - 1]!;
  const contexts = orders[k - 2];
  const nodes = new Int32Array(k - 1);
  let piece = "";
  for (let context = 0; context < (contexts?.size ?? 1); context++) {
    const first = contexts ? contexts.firstChild(context) : 0;
    const end = contexts ? contexts.firstChild(context + 1) : order.size;
    if (first === end) continue;
    if (k > 1) moveTo(context, nodes, orders);
    const before = textOf(nodes, orders, words);
    for (let i = first; i < end; i++) {
      piece += `${float(order.logProb(i))}\t${before}${words[order.word(i)]!}`;
      piece += k < orders.length ? `\t${float(order.backoff(i))}\n` : "\n";
      if ((i + 1) % LINES_A_PIECE > 0) continue;
      yield piece;
      piece = "";
    }
  }
  yield piece;
}

/**
 * Moves to the n-gram `last` of the highest order in `nodes`. `nodes[j − 1]` is the n-gram of its first j words;
 * as n-grams are sorted, all of them only ever move forward.
 */
function moveTo(last: number, nodes: Int32Array, orders: Trie["orders"]): void {
  nodes[nodes.length - 1] = last;
  for (let j = nodes.length - 1; j > 0; j--) {
    const shorter = orders[j - 1]!;
    while (shorter.firstChild(nodes[j - 1]! + 1) <= nodes[j]!) nodes[j - 1]!++;
  }
}

function textOf(nodes: Int32Array, orders: Trie["orders"], words: readonly string[]): string {
  let text = "";
  for (const [j, node] of nodes.entries()) text += `${words[orders[j]!.word(node)]} `;
  return text;
}

/** The shortest decimal that reads back as the float32 `value`. */
function float(value: number): string {
  if (value === Number.NEGATIVE_INFINITY) return LOG_ZERO;
  for (let decimals = 0; decimals < POWERS_OF_TEN.length; decimals++) {
    const rounded = Math.round(value * POWERS_OF_TEN[decimals]!) / POWERS_OF_TEN[decimals]!;
    if (Math.fround(rounded) === value) return String(rounded);
  }
  // Close to zero decimals are not enough; nine digits always are.
  return String(Number(value.toPrecision(9)));
}
