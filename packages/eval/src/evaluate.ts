import type { LanguageModel } from "@lm/model";
import { EvaluationError } from "./errors.ts";
import { type ScoreOptions, scoreTokens } from "./score-tokens.ts";

export interface EvaluateOptions extends ScoreOptions {
  /** How many characters the scored tokens stand for, ends of lines included: for `bitsPerCharacter`. */
  readonly characters?: number | undefined;
}

/** How well a model predicts a text. Where the model holds a token for impossible, the numbers are Infinity. */
export interface Evaluation {
  /** How many tokens were scored, each line's `</s>` among them (as KenLM and SRILM count). */
  readonly tokens: number;
  /** How many of them are `<unk>`. */
  readonly unknown: number;
  /** Nats per token. */
  readonly crossEntropy: number;
  /** e^crossEntropy; KenLM's "including OOVs". */
  readonly perplexity: number;
  /** With `<unk>` left out of the sum and of the count; KenLM's "excluding OOVs". Null where all are unknown. */
  readonly perplexityExcludingUnknown: number | null;
  /** With `</s>` left out of the sum and of the count. Null where nothing else was scored. */
  readonly perplexityWithoutEnd: number | null;
  readonly bitsPerToken: number;
  /** Null where the number of characters was not given. */
  readonly bitsPerCharacter: number | null;
  /** How the text was read, such as `document (window:64/32)`. */
  readonly context: string;
}

/**
 * Scores a text by a model, every token once. See `scoreTokens` for how it is read.
 * @throws EvaluationError as `scoreTokens` does, for a number of characters that is none, and for a model whose
 * scores are no probabilities.
 */
export async function evaluate(
  model: LanguageModel,
  ids: Int32Array,
  { characters, ...options }: EvaluateOptions,
): Promise<Evaluation> {
  if (characters !== undefined && !(Number.isInteger(characters) && characters > 0))
    throw new EvaluationError(`a text of ${characters} characters cannot be evaluated`);
  if (model.isNormalized === false)
    throw new EvaluationError(
      "the model gives scores that do not sum to one, so a perplexity of it would mean nothing; " +
        "evaluate a model of probabilities, or look at its scores token by token",
    );
  const { tokens, logProbs, context } = await scoreTokens(model, ids, options);
  const { unk, eos } = model.vocabulary;
  const all = new Mean();
  const known = new Mean();
  const withoutEnd = new Mean();
  for (const [i, token] of tokens.entries()) {
    const logProb = logProbs[i]!;
    all.add(logProb);
    if (token !== unk) known.add(logProb);
    if (token !== eos) withoutEnd.add(logProb);
  }
  const bits = all.nats / Math.LN2;
  return {
    tokens: all.count,
    unknown: all.count - known.count,
    crossEntropy: all.nats / all.count,
    perplexity: Math.exp(all.nats / all.count),
    perplexityExcludingUnknown: known.perplexity,
    perplexityWithoutEnd: withoutEnd.perplexity,
    bitsPerToken: bits / all.count,
    bitsPerCharacter: characters === undefined ? null : bits / characters,
    context,
  };
}

/**
 * A plain sum in float64: over n terms of one sign its relative error is at most n · 2⁻⁵³, that is 1e-8 for a
 * hundred million tokens, no more than the terms themselves (float32) are off.
 */
class Mean {
  nats = 0;
  count = 0;

  add(logProb: number): void {
    this.nats -= logProb;
    this.count++;
  }

  get perplexity(): number | null {
    return this.count === 0 ? null : Math.exp(this.nats / this.count);
  }
}
