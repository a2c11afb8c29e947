import type { FloatOrder } from "./float-order.ts";
import { QuantizedOrder } from "./quantized-order.ts";

type Problem = string | undefined;
type Order = FloatOrder | QuantizedOrder;

/** What is wrong with the columns of a trie from elsewhere, in words; undefined where all is in order. */
export function problemOf(orders: readonly Order[], vocabularySize: number): Problem {
  for (const [i, order] of orders.entries()) {
    const longer = orders[i + 1];
    const problem =
      problemOfValues(order) ?? (longer && problemOfChildren(order, longer, vocabularySize));
    if (problem) return `order ${i + 1}: ${problem}`;
  }
  return undefined;
}

function problemOfValues(order: Order): Problem {
  const [logProbs, backoffs] =
    order instanceof QuantizedOrder
      ? [order.logProbTable, order.backoffTable]
      : [order.logProbs, order.backoffs];
  for (let i = 0; i < logProbs.length; i++)
    if (!(logProbs[i]! <= 0)) return `log probability ${i} is ${logProbs[i]}`;
  for (let i = 0; i < backoffs.length; i++)
    if (!(backoffs[i]! < Number.POSITIVE_INFINITY)) return `back-off weight ${i} is ${backoffs[i]}`;
  if (!(order instanceof QuantizedOrder)) return undefined;
  return (
    problemOfCodes(order.logProbs, order.logProbTable) ??
    problemOfCodes(order.backoffs, order.backoffTable)
  );
}

function problemOfCodes(codes: Uint8Array, table: Float32Array): Problem {
  for (let i = 0; i < codes.length; i++)
    if (codes[i]! >= table.length) return `code ${i} is ${codes[i]} of ${table.length} values`;
  return undefined;
}

function problemOfChildren(order: Order, longer: Order, vocabularySize: number): Problem {
  const starts = childStarts(order);
  const { words } = longer;
  const [first, end] = [starts[0], starts[order.size]];
  if (first !== 0 || end !== longer.size)
    return `continuations reach from ${first} to ${end} of ${longer.size}`;
  for (let i = 0; i < order.size; i++) {
    const first = starts[i]!;
    const end = starts[i + 1]!;
    if (end < first || end > longer.size) return `continuations of n-gram ${i} end at ${end}`;
    let before = -1;
    for (let child = first; child < end; child++) {
      const word = words[child]!;
      if (word <= before || word >= vocabularySize)
        return `continuation ${child} has word ${word} behind word ${before}`;
      before = word;
    }
  }
  return undefined;
}

function childStarts(order: Order): Int32Array {
  if (!(order instanceof QuantizedOrder)) return order.childStarts;
  return new Int32Array(order.size + 1).map((_, i) => order.firstChild(i));
}
