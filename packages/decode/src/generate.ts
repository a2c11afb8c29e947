import { type LanguageModel, yieldEvery } from "@lm/model";
import { Generator } from "@lm/random";
import type { Tokenizer } from "@lm/text";
import { GeneratedText } from "./generated-text.ts";
import {
  checkOptions,
  DEFAULT_MAX_TOKENS,
  type DecodingOptions,
  type FinishReason,
} from "./options.ts";
import { promptTokens } from "./prompt.ts";
import { Sampler } from "./sampler/sampler.ts";
import type { SamplerStep } from "./sampler/step.ts";
import { temperature } from "./sampler/temperature.ts";
import type { TraceEntry } from "./sampler/trace.ts";

export interface GenerateOptions extends DecodingOptions {
  /**
   * What is done to the model's distribution, in this order, before a token is drawn from it. `[]` draws from the
   * model as it is; `[temperature(0)]`, the default, is greedy.
   */
  readonly sampler?: readonly SamplerStep[] | undefined;
  /** The same seed gives the same text; 0 by default. */
  readonly seed?: number | undefined;
  /** Whether each piece tells what the chain did. */
  readonly trace?: boolean | undefined;
}

/** A token, and the text that became certain by it, which may be empty or more than the token. */
export interface TokenPiece {
  readonly text: string;
  readonly token: number;
  /** ln p(token | all before), by the model itself, whatever the sampler made of it. */
  readonly logProb: number;
  /** What the model gave and what each step of the chain left; only where asked for. */
  readonly trace?: readonly TraceEntry[];
  readonly finish?: undefined;
}

/** The last piece: why the text ends, and what had been held back until then. */
export interface FinalPiece {
  readonly text: string;
  readonly finish: FinishReason;
  readonly token?: undefined;
}

export type Piece = TokenPiece | FinalPiece;

/**
 * Continues a prompt token by token. The texts of all pieces together are the continuation; exactly one piece, the
 * last, has a `finish`, unless the consumer stops before. An `</s>` that ends the text has a piece, without text.
 *
 * @throws DecodingError for options that make no sense, a tokenizer that is not the model's and an empty prompt
 * where there is no token to begin with; while iterating, when no token can follow.
 */
export function generate(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: string,
  options: GenerateOptions = {},
): AsyncGenerator<Piece, void, undefined> {
  checkOptions(options);
  const { sampler = [temperature(0)], seed = 0, trace = false, stop = [] } = options;
  const promptIds = promptTokens(model, tokenizer, prompt);
  return pieces({
    model,
    prompt: promptIds,
    text: new GeneratedText(tokenizer, promptIds, stop),
    sampler: new Sampler(sampler, {
      generator: new Generator(seed),
      vocabularySize: model.vocabulary.size,
      isTraced: trace,
    }),
    options,
  });
}

interface Run {
  readonly model: LanguageModel;
  readonly prompt: Int32Array;
  readonly text: GeneratedText;
  readonly sampler: Sampler;
  readonly options: DecodingOptions;
}

async function* pieces({
  model,
  prompt,
  text,
  sampler,
  options: { maxTokens = DEFAULT_MAX_TOKENS, ignoreEos = false, signal },
}: Run): AsyncGenerator<Piece, void, undefined> {
  const tokens = [...prompt];
  const limit = (): FinishReason | undefined => {
    if (signal?.aborted) return "abort";
    return tokens.length - prompt.length >= maxTokens ? "length" : undefined;
  };
  const breathe = yieldEvery();
  let finish = limit();
  let input = prompt;
  let state = model.start();
  try {
    while (finish === undefined) {
      const { state: next, logProbs } = await model.advance(state, input);
      model.release?.(state);
      state = next;
      const { token, trace } = sampler.choose(logProbs, { tokens, promptLength: prompt.length });
      const isEnd = token === model.vocabulary.eos && !ignoreEos;
      const certain = isEnd ? { text: "", isStopped: false } : text.push(token);
      const piece = { text: certain.text, token, logProb: logProbs[token]! };
      yield trace.length > 0 ? { ...piece, trace } : piece;
      tokens.push(token);
      input = Int32Array.of(token);
      await breathe();
      if (isEnd) finish = "end";
      else finish = certain.isStopped ? "stop" : limit();
    }
  } finally {
    model.release?.(state);
  }
  if (finish === "stop") yield { text: "", finish };
  else {
    const rest = text.end();
    yield { text: rest.text, finish: rest.isStopped ? "stop" : finish };
  }
}
