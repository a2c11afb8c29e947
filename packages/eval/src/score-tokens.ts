import { type LanguageModel, scoreSequences, sentenceStart, yieldEvery } from "@lm/model";
import type { Vocabulary } from "@lm/text";
import type { EvaluationContext } from "./context.ts";
import { EvaluationError } from "./errors.ts";
import { plan } from "./plan.ts";
import type { Span } from "./spans.ts";

export interface ScoreOptions {
  readonly context: EvaluationContext;
  /** Looked at between batches. */
  readonly signal?: AbortSignal | undefined;
  /** Told after every batch how many of the tokens have been scored. */
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface TokenScores {
  /** The tokens that were scored: the text, without its first token where that could only be context. */
  readonly tokens: Int32Array;
  /** The natural-log probability of each of them. −Infinity: the model holds it for impossible. */
  readonly logProbs: Float32Array;
  /** How many tokens before it each was predicted from, the start token included. */
  readonly contextLengths: Int32Array;
  /** How the text was read, such as `document (window:64/32)`. */
  readonly context: string;
}

/**
 * The log-probability of every token of a text, in the order of the text. The text stands behind the token with
 * which a sentence begins (`</s>`, or `<s>`); in a vocabulary without either its first token is only context.
 *
 * @throws EvaluationError when there is nothing to score, for ids that are not the model's, for a context that
 * the model or its vocabulary cannot have, and when the model answers NaN.
 * @throws whatever reason `signal` is aborted with.
 */
export async function scoreTokens(
  model: LanguageModel,
  ids: Int32Array,
  { context, signal, onProgress }: ScoreOptions,
): Promise<TokenScores> {
  const text = withStart(ids, model.vocabulary);
  const budget = tokensPerBatch(model.vocabulary);
  const { spans, context: usedContext } = plan(model, text, { context, chunk: budget });

  const total = text.length - 1;
  const logProbs = new Float32Array(total);
  const contextLengths = new Int32Array(total);
  const breathe = yieldEvery();
  let done = 0;
  for (const batch of batches(spans, budget)) {
    const sequences = batch.map(({ start, end }) => text.subarray(start, end));
    const scores = await scoreSequences(model, sequences, { signal });
    for (const [i, { start, end, scoredFrom }] of batch.entries()) {
      logProbs.set(scores[i]!.subarray(scoredFrom - start - 1), scoredFrom - 1);
      for (let i = scoredFrom; i < end; i++) contextLengths[i - 1] = i - start;
      done += end - scoredFrom;
    }
    onProgress?.({ done, total });
    await breathe();
  }
  const broken = logProbs.findIndex(Number.isNaN);
  if (broken >= 0)
    throw new EvaluationError(
      `the model gives NaN as the log-probability of ${JSON.stringify(model.vocabulary.token(text[broken + 1]!))}, ` +
        `scored token ${broken} of ${total}`,
    );
  return { tokens: text.subarray(1), logProbs, contextLengths, context: usedContext };
}

/** The text with the start token before it, checked. */
function withStart(ids: Int32Array, vocabulary: Vocabulary): Int32Array {
  const foreign = ids.findIndex((id) => id < 0 || id >= vocabulary.size);
  if (foreign >= 0)
    throw new EvaluationError(
      `token ${foreign} of the text has the id ${ids[foreign]}, but the model knows 0 to ${vocabulary.size - 1}; ` +
        "encode the text with the tokenizer of the model",
    );
  if (ids.length === 0)
    throw new EvaluationError("the text has no tokens, so there is nothing to score");
  const start = sentenceStart(vocabulary);
  if (start === undefined) {
    if (ids.length > 1) return ids;
    throw new EvaluationError(
      "the text has one token, which is only context in a vocabulary without sentences; give it two or more",
    );
  }
  const text = new Int32Array(ids.length + 1);
  text[0] = start;
  text.set(ids, 1);
  return text;
}

// A model computes V numbers for every token that it reads: 2^24 of them are 64 MiB in float32.
const MOST_LOGITS = 2 ** 24;
const MOST_TOKENS = 2 ** 13;

/** How many tokens a model reads at once. */
function tokensPerBatch({ size }: Vocabulary): number {
  return Math.max(1, Math.min(MOST_TOKENS, Math.floor(MOST_LOGITS / size)));
}

/** Spans of like length together, so that they can be read side by side; no batch without one. */
function* batches(spans: readonly Span[], budget: number): Generator<Span[]> {
  let batch: Span[] = [];
  let tokens = 0;
  for (const span of spans.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    const length = span.end - span.start;
    if (batch.length > 0 && tokens + length > budget) {
      yield batch;
      batch = [];
      tokens = 0;
    }
    batch.push(span);
    tokens += length;
  }
  if (batch.length > 0) yield batch;
}
