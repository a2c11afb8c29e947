import { DecodingError } from "../errors.ts";

/**
 * What the log-probability of a text of so many tokens (1 or more, an `</s>` counts) is divided by to make its
 * score. It must be positive and must not fall with the length.
 */
export type LengthPenalty = (length: number) => number;

/** The score is the log-probability: the most probable text, which favours short ones. */
export const noPenalty: LengthPenalty = () => 1;

/** The score is the mean log-probability of a token. */
export const meanPenalty: LengthPenalty = (length) => length;

/**
 * ((5 + length) / 6)^α, equation 14 of Wu et al. 2016 (Google's neural machine translation), who found α between
 * 0.6 and 0.7 best. At 0 there is no penalty.
 * @throws DecodingError unless α is a finite number of 0 or more.
 */
export function wuPenalty(alpha: number): LengthPenalty {
  if (!(alpha >= 0 && alpha < Number.POSITIVE_INFINITY))
    throw new DecodingError(`wuPenalty: α is ${alpha}, but must be a finite number of 0 or more`);
  return (length) => ((5 + length) / 6) ** alpha;
}
