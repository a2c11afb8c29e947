import { type LanguageModel, yieldEvery } from "@lm/model";
import type { Tokenizer } from "@lm/text";
import { DecodingError } from "../errors.ts";
import { textOf } from "../generated-text.ts";
import {
  checkOptions,
  DEFAULT_MAX_TOKENS,
  type DecodingOptions,
  type FinishReason,
} from "../options.ts";
import { promptTokens } from "../prompt.ts";
import { Expansions } from "./expansions.ts";
import { type Beam, FinishedTexts } from "./finished-texts.ts";
import { type LengthPenalty, noPenalty } from "./length-penalty.ts";

export interface BeamSearchOptions extends DecodingOptions {
  /** How many texts are followed side by side. 1 is greedy decoding. */
  readonly width: number;
  /** How texts of different lengths compare; `noPenalty` by default. */
  readonly lengthPenalty?: LengthPenalty | undefined;
}

/** One of the texts that a search found. */
export interface Hypothesis {
  readonly text: string;
  /** The generated tokens, an `</s>` that ended them included. */
  readonly tokens: readonly number[];
  /** ln p of all tokens after the prompt. */
  readonly logProb: number;
  /** `logProb` divided by the length penalty: what the search maximises. */
  readonly score: number;
  readonly finish: FinishReason;
}

/**
 * Beam search: follows the `width` most probable texts, token by token, and gives the at most `width` best ones
 * that it came by, best first. At each step the `width` best expansions survive; those among them that end are put
 * aside, the others go on, until nothing that goes on can enter the list any more or `maxTokens` is reached. Texts
 * cut off there compete with those that ended. (Wu et al. 2016 describe this with further pruning.)
 *
 * @throws DecodingError for options that make no sense, a tokenizer that is not the model's, an empty prompt where
 * there is no token to begin with, and when no token can follow any text.
 */
export async function beamSearch(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: string,
  { width, lengthPenalty = noPenalty, ...options }: BeamSearchOptions,
): Promise<Hypothesis[]> {
  const { maxTokens = DEFAULT_MAX_TOKENS, ignoreEos = false, stop = [], signal } = options;
  checkOptions(options);
  if (!(Number.isInteger(width) && width >= 1))
    throw new DecodingError(`beamSearch: width is ${width}, but must be a positive integer`);
  if (maxTokens === Number.POSITIVE_INFINITY)
    throw new DecodingError(
      "beamSearch: maxTokens is Infinity, but the search must come to an end",
    );

  const { eos, size } = model.vocabulary;
  const promptIds = promptTokens(model, tokenizer, prompt);
  const render = (tokens: readonly number[]) =>
    textOf(tokens, { tokenizer, prompt: promptIds, stop });
  const finishOf = ({ tokens }: Beam): FinishReason | undefined => {
    if (!ignoreEos && tokens.length > 0 && tokens.at(-1) === eos) return "end";
    if (stop.length > 0 && render(tokens).isStopped) return "stop";
    if (signal?.aborted) return "abort";
    return tokens.length >= maxTokens ? "length" : undefined;
  };

  const finished = new FinishedTexts(width, lengthPenalty);
  /** Puts aside what ends, and gives what goes on. */
  const sift = (beams: readonly Beam[]): Beam[] =>
    beams.filter((beam) => {
      const finish = finishOf(beam);
      if (finish !== undefined) finished.add(beam, finish);
      return finish === undefined;
    });

  const expansions = new Expansions(width, size);
  const breathe = yieldEvery();
  let live = sift([{ tokens: [], logProb: 0, row: 0 }]);
  let input = promptIds;
  let state = model.start();
  try {
    while (live.length > 0) {
      const next = await model.advance(state, input);
      model.release?.(state);
      state = next.state;
      await breathe();
      live = sift(expansions.best(live, next.logProbs));
      if (live.length === 0 || !finished.canEnter(live[0]!.logProb, maxTokens)) break;
      const selected = model.select(
        state,
        live.map(({ row }) => row),
      );
      model.release?.(state);
      state = selected;
      input = Int32Array.from(live, ({ tokens }) => tokens.at(-1)!);
    }
  } finally {
    model.release?.(state);
  }
  if (finished.texts.length === 0)
    throw new DecodingError("beamSearch: no token can follow any of the texts found");
  return finished.texts.map(({ tokens, logProb, score, finish }) => ({
    text: render(finish === "end" ? tokens.slice(0, -1) : tokens).text,
    tokens,
    logProb,
    score,
    finish,
  }));
}
