import type { Vocabulary } from "@lm/text";
import type { NgramCounts } from "../counts.ts";
import { collectColumns } from "./collect-columns.ts";
import { ColumnCursor, type CountCursor } from "./count-cursor.ts";
import { CountDecoder } from "./count-decoder.ts";
import { CountEncoder } from "./count-encoder.ts";
import type { CountColumns } from "./count-orders.ts";
import { linkSuffixes } from "./link-suffixes.ts";
import { mergeCursors } from "./merge-cursors.ts";
import { MemoryRuns, type RunStore } from "./run-store.ts";

/**
 * The counts of several texts together: what counting the texts one behind the other gives, where they have
 * sentences. (Where they have none, no n-gram reaches from one text into the next.)
 * @throws RangeError for counts of different orders or vocabularies, and for a sum above 2³² − 1.
 */
export function mergeCounts(counts: readonly NgramCounts[]): NgramCounts {
  const [first] = counts;
  if (!first) throw new RangeError("mergeCounts: there are no counts to merge");
  for (const other of counts) checkMergeable(first, other);
  const { vocabulary, order, bos, orders } = first;
  const cursors = counts.map((each) => new ColumnCursor(each.orders));
  const columns = mergedColumns(cursors, order, orders[0]!.words.length, new MemoryRuns());
  return { vocabulary, order, bos, orders: linkSuffixes(columns) };
}

/** Merges into columns: first into one run, which says how large the columns are to be. */
export function mergedColumns(
  cursors: readonly CountCursor[],
  order: number,
  symbolCount: number,
  runs: RunStore,
): CountColumns[] {
  let sizes: readonly number[] = [];
  runs.add((sink) => {
    const encoder = new CountEncoder(order, sink);
    mergeCursors(cursors, encoder);
    encoder.end();
    sizes = encoder.sizes;
  });
  const merged = runs.runs().at(-1)!;
  return collectColumns(new CountDecoder(merged, order, symbolCount), sizes, symbolCount);
}

interface Counted {
  readonly vocabulary: Vocabulary;
  readonly order: number;
}

/** @throws RangeError where two counts are of different orders or vocabularies. */
export function checkMergeable(first: Counted, other: Counted): void {
  if (first.order !== other.order)
    throw new RangeError(
      `mergeCounts: counts of order ${first.order} and ${other.order}; count all texts with one order`,
    );
  const [a, b] = [first.vocabulary, other.vocabulary];
  const difference =
    a.size === b.size ? a.tokens.findIndex((token, id) => token !== b.tokens[id]) : -1;
  const isSame = a.size === b.size && a.bos === b.bos && a.eos === b.eos && a.unk === b.unk;
  if (isSame && difference < 0) return;
  const problem =
    difference >= 0
      ? `token ${difference} is ${JSON.stringify(a.token(difference))} in one and ${JSON.stringify(b.token(difference))} in another`
      : a.size === b.size
        ? "the reserved tokens are not the same"
        : `one has ${a.size} tokens, another ${b.size}`;
  throw new RangeError(
    `mergeCounts: the counts have different vocabularies: ${problem}; count all texts with one tokenizer`,
  );
}
