import { countsOfCounts, type DiscountEstimate, oneDiscount } from "./discount-estimates.ts";

/**
 * Where the discounts of a method come from: estimated from the counts of counts, with a way out for orders where
 * that fails; or given, one entry for each order. The ways out are an error, these values, or the next simpler
 * method: one discount for all counts in place of three, and Witten–Bell, which estimates nothing, in place of that.
 */
export type DiscountPolicy<Values> =
  | { readonly fallback: "error" | "simpler" | Values }
  | readonly Values[];

/**
 * What is done to the counts of an order: `values[c − 1]` (the last for all higher c) is taken off a count of c
 * (`"absolute"`), a count of c is multiplied by it and higher ones left alone (`"good-turing"`), or every
 * context sets aside a count for each different word seen after it (`"witten-bell"`, without values).
 */
export type DiscountKind = "absolute" | "good-turing" | "witten-bell";

/** The discounts that an order was given, and why. */
export interface OrderDiscount {
  readonly order: number;
  readonly kind: DiscountKind;
  readonly values: readonly number[];
  readonly source: "estimated" | "given" | "fallback";
  /** n1, n2, …: how many n-grams have a count of 1, 2, … (an adjusted one in Kneser–Ney smoothing). */
  readonly countsOfCounts: readonly number[];
  /** Why the discounts could not be estimated, where they are a fallback. */
  readonly reason?: string;
}

/** No discount of this order can be estimated, and the policy is not to fall back. */
export class DiscountError extends Error {
  override readonly name = "DiscountError";
  readonly order: number;
  readonly countsOfCounts: readonly number[];

  constructor(
    { method, example }: Pick<DiscountScheme<unknown>, "method" | "example">,
    order: number,
    countsOfCounts: readonly number[],
    reason: string,
  ) {
    super(
      `${method}: no discount can be estimated for order ${order}: ${reason}. ` +
        "Use more text or remove duplicate lines, lower the order, or allow a fallback with " +
        `discounts: { fallback: ${example} } or { fallback: "simpler" }`,
    );
    this.order = order;
    this.countsOfCounts = countsOfCounts;
  }
}

/** What a method's discounts are like. */
export interface DiscountScheme<Values> {
  /** For messages. */
  readonly method: string;
  readonly kind: DiscountKind;
  /** How many counts of counts are looked at. */
  readonly size: number;
  /** The ways to estimate them, each simpler than the one before. */
  readonly estimates: readonly [DiscountEstimate, ...DiscountEstimate[]];
  readonly toValues: (given: Values) => readonly number[];
  /** What values must be, where they are not: for the error. */
  readonly problemOf: (values: readonly number[]) => string | undefined;
  /** A fallback, for the remedy in the error. */
  readonly example: string;
}

/** One discount for all counts of an order. */
export function oneDiscountScheme(method: string): DiscountScheme<number> {
  return {
    method,
    kind: "absolute",
    size: 4,
    estimates: [oneDiscount],
    toValues: (discount) => [discount],
    problemOf: ([discount]) =>
      discount! >= 0 && discount! <= 1 ? undefined : "it must be a number from 0 to 1",
    example: "0.75",
  };
}

/** @throws RangeError for given discounts that there cannot be. */
export function checkPolicy<Values>(
  { method, toValues, problemOf }: DiscountScheme<Values>,
  policy: DiscountPolicy<Values>,
): void {
  const given = "fallback" in policy ? [policy.fallback] : policy;
  for (const each of given) {
    if (each === "error" || each === "simpler") continue;
    const problem = problemOf(toValues(each));
    if (problem)
      throw new RangeError(`${method}: a discount is ${JSON.stringify(each)}, but ${problem}`);
  }
}

/**
 * The discounts of every order.
 * @throws DiscountError where one cannot be estimated and the policy is `{ fallback: "error" }`.
 * @throws RangeError unless given discounts are one entry an order.
 */
export function chooseDiscounts<Values>(
  scheme: DiscountScheme<Values>,
  columns: readonly Uint32Array[],
  policy: DiscountPolicy<Values>,
): OrderDiscount[] {
  if (!("fallback" in policy) && policy.length !== columns.length)
    throw new RangeError(
      `${scheme.method}: discounts has ${policy.length} entries for a model of order ` +
        `${columns.length}; give one for each order, or { fallback: … }`,
    );
  return columns.map((counts, i) => {
    const seen = countsOfCounts(counts, scheme.size);
    const common = { order: i + 1, kind: scheme.kind, countsOfCounts: seen };
    if (!("fallback" in policy))
      return { ...common, values: scheme.toValues(policy[i]!), source: "given" };
    const [estimate, ...simpler] = scheme.estimates;
    const estimated = estimate(seen);
    if (typeof estimated !== "string") return { ...common, values: estimated, source: "estimated" };
    if (policy.fallback === "error") throw new DiscountError(scheme, i + 1, seen, estimated);
    const fallback = { ...common, source: "fallback", reason: estimated } as const;
    if (policy.fallback !== "simpler")
      return { ...fallback, values: scheme.toValues(policy.fallback) };
    const next = simpler.map((each) => each(seen)).find((each) => typeof each !== "string");
    return next ? { ...fallback, values: next } : { ...fallback, kind: "witten-bell", values: [] };
  });
}

/** What was done where a discount could not be estimated, in a sentence; undefined where it could. */
export function noteOf({ order, kind, values, reason }: OrderDiscount): string | undefined {
  if (reason === undefined) return undefined;
  if (kind === "witten-bell") return `order ${order}: smoothed by Witten–Bell, because ${reason}`;
  const shown = values.map((value) => Number(value.toPrecision(6))).join(", ");
  return values.length === 1
    ? `order ${order}: the discount ${shown} is a fallback, because ${reason}`
    : `order ${order}: the discounts ${shown} are a fallback, because ${reason}`;
}
