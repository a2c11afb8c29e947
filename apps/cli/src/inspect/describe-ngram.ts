import type { NgramCounts, NgramModel, OrderDiscount } from "@lm/ngram";
import { countsOfCounts } from "../runs/counts.ts";
import type { Facts } from "./facts.ts";

/** How many counts of counts are shown. */
const MOST = 8;

/** What there is to say of an n-gram model, and of the counts behind it where they are there. */
export function describeNgram(model: NgramModel, counts?: NgramCounts): Facts {
  return {
    order: model.order,
    vocabulary: model.vocabulary.size,
    parameters: model.parameterCount,
    bytes: model.byteLength,
    ngrams: model.ngramCounts.map((count, i) => ({ order: i + 1, count })),
    ...(counts && { countsOfCounts: tableOf(counts) }),
    ...(model.origin?.discounts && { discounts: describeDiscounts(model.origin.discounts) }),
  };
}

/** What a file of counts holds. */
export function describeCounts(counts: NgramCounts): Facts {
  return {
    order: counts.order,
    vocabulary: counts.vocabulary.size,
    ngrams: counts.orders.map(({ words }, i) => ({ order: i + 1, count: words.length })),
    countsOfCounts: tableOf(counts),
  };
}

/** How many n-grams of each order stand once, twice, … in the text. */
function tableOf(counts: NgramCounts) {
  return counts.orders.map((_, i) => ({
    order: i + 1,
    ...Object.fromEntries(
      countsOfCounts(counts, i + 1, MOST).map((count, r) => [`N${r + 1}`, count]),
    ),
  }));
}

/** The discounts under the names that papers give them, and the counts of counts that they were estimated from. */
function describeDiscounts(discounts: readonly OrderDiscount[]): Facts[] {
  const width = Math.max(...discounts.map(({ values }) => values.length));
  const isRatio = discounts.some(({ kind }) => kind === "good-turing");
  const name = (i: number) => {
    if (isRatio) return `d${i + 1}`;
    if (width === 1) return "D";
    return i === width - 1 ? `D${i + 1}+` : `D${i + 1}`;
  };
  return discounts.map(({ order, kind, values, source, countsOfCounts, reason }) => ({
    order,
    kind,
    ...Object.fromEntries(
      // Of discounts, the last one stands for all higher counts.
      Array.from({ length: width }, (_, i) => [
        name(i),
        values[i] ?? (kind === "absolute" ? values.at(-1) : undefined),
      ]),
    ),
    source,
    ...Object.fromEntries(countsOfCounts.map((count, i) => [`n${i + 1}`, count])),
    // The counts of counts that it ends with stand beside it.
    ...(reason !== undefined && { reason: reason.replace(/ \(n1 = .*\)$/, "") }),
  }));
}
