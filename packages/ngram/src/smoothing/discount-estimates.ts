/** Discounts from the counts of counts n1, n2, …, or in words why there are none. */
export type DiscountEstimate = (countsOfCounts: readonly number[]) => readonly number[] | string;

/** n1 … n_size: how many n-grams have a count of 1, 2, …. */
export function countsOfCounts(counts: Uint32Array, size: number): number[] {
  const countsOfCounts = new Array<number>(size).fill(0);
  for (const count of counts) if (count >= 1 && count <= size) countsOfCounts[count - 1]!++;
  return countsOfCounts;
}

/**
 * D1, D2, D3+ of Chen & Goodman (1998), equation 26: Y = n1 / (n1 + 2 n2), D_k = k − (k + 1) Y n_{k+1} / n_k.
 * Small, closed or duplicated text has too few of some count for that.
 */
export const threeDiscounts: DiscountEstimate = (countsOfCounts) => {
  const missing = missingCount(countsOfCounts, 3);
  if (missing) return missing;
  const [n1, n2] = countsOfCounts as [number, number];
  const y = n1 / (n1 + 2 * n2);
  const discounts = [1, 2, 3].map(
    (k) => k - ((k + 1) * y * countsOfCounts[k]!) / countsOfCounts[k - 1]!,
  );
  const negative = discounts.findIndex((value) => value < 0);
  if (negative >= 0)
    return `D${negative + 1} would be ${discounts[negative]!.toPrecision(4)}, below 0 (${listed(countsOfCounts)})`;
  return discounts;
};

/** The same for back-off: without a count of 4, D3+ is 3, and a word seen three times would be impossible. */
export const threeDiscountsForBackoff: DiscountEstimate = (countsOfCounts) =>
  missingCount(countsOfCounts, 4) ?? threeDiscounts(countsOfCounts);

/** The one D of Ney, Essen & Kneser (1994): n1 / (n1 + 2 n2), an upper bound of the best by leaving one out. */
export const oneDiscount: DiscountEstimate = (countsOfCounts) => {
  const [n1, n2] = countsOfCounts as [number, number];
  return missingCount(countsOfCounts, 2) ?? [n1 / (n1 + 2 * n2)];
};

/**
 * Good–Turing discount ratios d_1 … d_k in the form of Katz (1987), equation 13, with r* = (r + 1) n_{r+1} / n_r:
 *
 *     d_r = (r* / r − A) / (1 − A),   A = (k + 1) n_{k+1} / n_1
 *
 * Counts of counts of real text run dry or cross over; k is then lowered, as SRILM does, to the highest for which
 * every ratio lies between 0 and 1. It is 2 at least: with k = 1 nothing would be left of a count of 1.
 */
export const goodTuring: DiscountEstimate = (countsOfCounts) => {
  for (let k = countsOfCounts.length - 1; k >= 2; k--) {
    const ratios = goodTuringRatios(countsOfCounts, k);
    if (ratios.every((ratio) => ratio > 0 && ratio <= 1)) return ratios;
  }
  return (
    missingCount(countsOfCounts, 3) ??
    `Good–Turing ratios would not lie between 0 and 1 (${listed(countsOfCounts)})`
  );
};

function goodTuringRatios(countsOfCounts: readonly number[], k: number): number[] {
  const n = [0, ...countsOfCounts];
  const a = ((k + 1) * n[k + 1]!) / n[1]!;
  return Array.from({ length: k }, (_, i) => {
    const r = i + 1;
    const lowered = ((r + 1) * n[r + 1]!) / n[r]! / r;
    // Where A is 1 or more, more than everything would be set aside.
    return a < 1 ? (lowered - a) / (1 - a) : Number.NaN;
  });
}

function missingCount(countsOfCounts: readonly number[], upTo: number): string | undefined {
  const missing = countsOfCounts.slice(0, upTo).indexOf(0);
  return missing < 0
    ? undefined
    : `no n-gram has a count of ${missing + 1} (${listed(countsOfCounts)})`;
}

function listed(countsOfCounts: readonly number[]): string {
  return countsOfCounts.map((count, i) => `n${i + 1} = ${count}`).join(", ");
}
