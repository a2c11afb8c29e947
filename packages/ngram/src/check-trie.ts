import type { Trie, TrieOrder } from "./trie.ts";

/** What is wrong with the columns of a trie from elsewhere, in words; undefined where all is in order. */
export function problemOf({ vocabulary, orders }: Trie): string | undefined {
  for (const [i, order] of orders.entries()) {
    const longer = orders[i + 1];
    const problem =
      problemOfValues(order) ?? (longer && problemOfChildren(order, longer, vocabulary.size));
    if (problem) return `order ${i + 1}: ${problem}`;
  }
  return undefined;
}

function problemOfValues(order: TrieOrder): string | undefined {
  for (let i = 0; i < order.size; i++) {
    if (!(order.logProb(i) <= 0)) return `log probability ${i} is ${order.logProb(i)}`;
    if (!(order.backoff(i) < Number.POSITIVE_INFINITY))
      return `back-off weight ${i} is ${order.backoff(i)}`;
  }
  return undefined;
}

function problemOfChildren(
  order: TrieOrder,
  longer: TrieOrder,
  vocabularySize: number,
): string | undefined {
  if (order.firstChild(0) !== 0 || order.firstChild(order.size) !== longer.size)
    return `continuations reach from ${order.firstChild(0)} to ${order.firstChild(order.size)} of ${longer.size}`;
  for (let i = 0; i < order.size; i++) {
    const first = order.firstChild(i);
    const end = order.firstChild(i + 1);
    if (end < first || end > longer.size) return `continuations of n-gram ${i} end at ${end}`;
    let before = -1;
    for (let child = first; child < end; child++) {
      const word = longer.word(child);
      if (word <= before || word >= vocabularySize)
        return `continuation ${child} has word ${word} behind word ${before}`;
      before = word;
    }
  }
  return undefined;
}
