import type { OrderDiscount } from "./discounts.ts";
import type { SmoothedOrder } from "./interpolate.ts";

const byTotal = (total: number) => total;

/** An order with its discount applied to its counts. */
export function discountedOrder(
  { kind, values }: OrderDiscount,
  counts: Uint32Array,
): SmoothedOrder {
  if (kind === "witten-bell") return wittenBellOrder(counts);
  const last = values.length - 1;
  const discounted = new Float64Array(counts.length);
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    if (kind === "absolute") discounted[i] = count - values[Math.min(count - 1, last)]!;
    else discounted[i] = count - 1 <= last ? count * values[count - 1]! : count;
  }
  return { counts, discounted, denominator: byTotal };
}

/** Every context sets aside one count for each different word that was seen after it. */
export function wittenBellOrder(counts: Uint32Array): SmoothedOrder {
  return { counts, discounted: counts, denominator: (total, types) => total + types };
}
