import type { NgramCounts } from "../counts.ts";
import type { AbsoluteDiscountingOptions } from "./absolute-discounting.ts";
import type { OrderDiscount } from "./discounts.ts";
import type { InterpolationOptions } from "./jelinek-mercer.ts";
import type { KatzOptions } from "./katz.ts";
import type { KneserNeyOptions } from "./kneser-ney.ts";
import type { ModifiedKneserNeyOptions } from "./modified-kneser-ney.ts";
import type { StupidBackoffOptions } from "./stupid-backoff.ts";
import type { WittenBellOptions } from "./witten-bell.ts";

/** Every smoothing method by the name that users write, with what may be said about it. */
export interface SmoothingParameters {
  /** Maximum likelihood has nothing to choose. */
  mle: Record<never, never>;
  /** α: what is added to every count. */
  add: number;
  absolute: AbsoluteDiscountingOptions;
  katz: KatzOptions;
  interpolation: InterpolationOptions;
  "witten-bell": WittenBellOptions;
  "kneser-ney": KneserNeyOptions;
  "modified-kneser-ney": ModifiedKneserNeyOptions;
  "stupid-backoff": StupidBackoffOptions;
}

export type SmoothingName = keyof SmoothingParameters;

/** The methods that can do without parameters are also known by their bare name. */
type NamedSmoothing = {
  [Name in SmoothingName]: Record<never, never> extends SmoothingParameters[Name] ? Name : never;
}[SmoothingName];

/**
 * How probability is set aside for what the text does not show: a name, such as `"modified-kneser-ney"`, or the
 * name with parameters, `{ add: α }`, `{ katz: { maximumCount: 5 } }`.
 */
export type Smoothing =
  | NamedSmoothing
  | {
      [Name in SmoothingName]: { readonly [Key in Name]: SmoothingParameters[Name] };
    }[SmoothingName];

/**
 * Where a word that is not listed under a context h gets its probability from: γ(h) · p(w | h without its
 * first word), or γ(h) · 1/|V|.
 */
export type Backoff = "shorter-context" | "uniform";

/**
 * How a discounting method treats a word that was seen after a context: it adds what the shorter context says
 * (`"interpolated"`), or asks that only for words that were not seen (`"backoff"`).
 */
export type Form = "interpolated" | "backoff";

/** What a smoothing method makes of the counts, a column entry for every n-gram counted. */
export interface OrderEstimates {
  /** p(w | h) of n-gram hw. That of `<s>` and those of pruned n-grams are not looked at. */
  readonly probabilities: Float64Array;
  /** γ of the n-gram as a context; 1 where nothing follows it. Empty at the highest order. */
  readonly backoffs: Float64Array;
}

export interface Estimates {
  readonly backoff: Backoff;
  readonly orders: readonly OrderEstimates[];
  /** γ of a context that is not listed; 1 unless said otherwise. */
  readonly unlistedBackoff?: number;
  /** The discounts of every order, for the methods that have them. */
  readonly discounts?: readonly OrderDiscount[];
  /** The smoothing with what was fitted in place of what it was fitted on, where that differs. */
  readonly fitted?: Smoothing;
}

export interface EstimationOptions {
  /**
   * N-grams of order k counted at most `prune[k − 1]` times will not be listed; their probability must go to the
   * back-off weight of their context.
   */
  readonly prune: readonly number[];
  /** Whether `<unk>` is one of the words that can come next. */
  readonly isOpen: boolean;
}

/** Estimates every n-gram counted. */
export type Estimator = (counts: NgramCounts, options: EstimationOptions) => Estimates;

/** @throws RangeError for parameters that there cannot be, before anything is counted. */
export type SmoothingMethod<Parameters> = (parameters: Parameters) => Estimator;
