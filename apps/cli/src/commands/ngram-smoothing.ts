import type { Form, Smoothing, SmoothingName } from "@lm/ngram";
import { InputError } from "../failure.ts";

/** The values of the flags that are parameters of a smoothing method. */
export interface SmoothingFlags {
  readonly form?: Form | undefined;
  readonly discounts?: readonly (readonly number[])[] | undefined;
  readonly discountFallback?: "error" | "simpler" | readonly number[] | undefined;
  readonly maximumCount?: number | undefined;
  readonly alpha?: number | undefined;
  /** As token ids. */
  readonly heldOut?: Int32Array | undefined;
  readonly tying?: "order" | "context-count" | undefined;
  readonly weights?: readonly (readonly number[])[] | undefined;
}

const ONE_DISCOUNT = ["absolute", "kneser-ney"] as const;
const DISCOUNTED = [...ONE_DISCOUNT, "modified-kneser-ney", "katz"] as const;

/** The flag as it is written, and the methods that it is for. */
const METHODS_OF: {
  readonly [Flag in keyof SmoothingFlags]-?: readonly [string, readonly SmoothingName[]];
} = {
  form: ["--form", [...ONE_DISCOUNT, "modified-kneser-ney", "witten-bell"]],
  discounts: ["--discounts", DISCOUNTED],
  discountFallback: ["--discount-fallback", DISCOUNTED],
  maximumCount: ["--maximum-count", ["katz"]],
  alpha: ["--alpha", ["stupid-backoff"]],
  heldOut: ["--held-out", ["interpolation"]],
  tying: ["--tying", ["interpolation"]],
  weights: ["--weights", ["interpolation"]],
};

/**
 * The smoothing that the flags describe together.
 * @throws InputError for a flag of another method, and for discounts of another form than the method's.
 */
export function smoothingOf(method: Smoothing, flags: SmoothingFlags): Smoothing {
  const name = (typeof method === "string" ? method : Object.keys(method)[0]) as SmoothingName;
  const given = Object.keys(METHODS_OF).filter(
    (flag) => flags[flag as keyof SmoothingFlags] !== undefined,
  ) as (keyof SmoothingFlags)[];
  if (given.length === 0) return method;
  const foreign = given.find((flag) => !METHODS_OF[flag][1].includes(name));
  if (foreign) {
    const [spelling, methods] = METHODS_OF[foreign];
    throw new InputError(`${spelling} is for ${methods.join(", ")}, not for --smoothing ${name}`);
  }
  const { discounts, discountFallback, ...parameters } = flags;
  if (discounts && discountFallback)
    throw new InputError("--discounts leaves nothing to fall back from; drop --discount-fallback");
  const isOne = ONE_DISCOUNT.some((each) => each === name);
  const values = (list: readonly number[]) => (isOne ? only(list, name) : list);
  const policy =
    discounts?.map(values) ??
    (discountFallback && {
      fallback: typeof discountFallback === "string" ? discountFallback : values(discountFallback),
    });
  const known = Object.entries({ ...parameters, discounts: policy }).filter(
    ([, value]) => value !== undefined,
  );
  return { [name]: Object.fromEntries(known) } as Smoothing;
}

function only(list: readonly number[], name: string): number {
  if (list.length === 1) return list[0]!;
  throw new InputError(
    `--smoothing ${name} has one discount an order, but ${list.join(",")} are given; separate orders by spaces`,
  );
}
