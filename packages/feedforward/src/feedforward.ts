import type { LanguageModel } from "@lm/model";
import {
  appendTokens,
  createParameters,
  crossEntropy,
  type LossAndState,
  type LossContext,
  linear,
  type ParameterOrigin,
  readLogProbs,
  selectTokens,
  type TokenRows,
  type Trainable,
  teacherForcedScores,
} from "@lm/nn";
import { scopeOf, type Tensor } from "@lm/tensor";
import type { Batch, Vocabulary } from "@lm/text";
import { defaultFeedforwardConfig, type FeedforwardConfig } from "./config.ts";
import { forward } from "./forward.ts";
import { createFeedforward, type FeedforwardParameters } from "./parameters.ts";

/** The last tokens read, at most `window` of them, `[rows, length]`. */
export type FeedforwardState = TokenRows;

const SCORING = { tokensPerBatch: 4096 };

/**
 * The fixed-window neural language model of Bengio et al. 2003: the vectors of the last n − 1 tokens side by side, a tanh
 * layer, a softmax.
 */
export class Feedforward
  implements LanguageModel<FeedforwardState>, Trainable<Batch, FeedforwardParameters>
{
  readonly vocabulary: Vocabulary;
  readonly config: FeedforwardConfig;
  parameters: FeedforwardParameters;

  constructor(vocabulary: Vocabulary, config: FeedforwardConfig, origin: ParameterOrigin) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.parameters = createParameters(origin, (source) =>
      createFeedforward(source, vocabulary.size, config),
    );
  }

  get contextLength(): number {
    return this.config.window;
  }

  loss(
    parameters: FeedforwardParameters,
    { inputs, targets, rows, length }: Batch,
    { generator }: LossContext,
  ): LossAndState {
    const hidden = forward(parameters, { ids: inputs, rows, length }, this.config, generator);
    return { loss: crossEntropy(linear(parameters.output, hidden), targets), state: {} };
  }

  start(batch = 1): FeedforwardState {
    return { ids: new Int32Array(), rows: batch, length: 0 };
  }

  async advance(
    state: FeedforwardState,
    tokens: Int32Array,
  ): Promise<{ state: FeedforwardState; logProbs: Float32Array }> {
    const next = appendTokens(state, tokens, this.config.window);
    const logProbs = scopeOf(this.parameters, (parameters) =>
      this.#nextToken(parameters, next).logSoftmax(),
    );
    return { state: next, logProbs: await readLogProbs(logProbs) };
  }

  select(state: FeedforwardState, rows: readonly number[]): FeedforwardState {
    return selectTokens(state, rows);
  }

  score(sequences: readonly Int32Array[]): Promise<Float32Array[]> {
    return teacherForcedScores(this.parameters, sequences, SCORING, (parameters, inputs) =>
      linear(parameters.output, forward(parameters, inputs, this.config)),
    );
  }

  /** The logits after the last place of each row, `[rows, V]`. */
  #nextToken(parameters: FeedforwardParameters, inputs: TokenRows): Tensor {
    const hidden = forward(parameters, inputs, this.config); // [B, T, h]
    const last = hidden.slice(1, inputs.length - 1, inputs.length);
    return linear(parameters.output, last.reshape([inputs.rows, this.config.hidden]));
  }
}

/** A fixed-window model over `vocabulary`. */
export function feedforward(
  { vocabulary, ...config }: { readonly vocabulary: Vocabulary } & Partial<FeedforwardConfig>,
  origin: ParameterOrigin,
): Feedforward {
  return new Feedforward(vocabulary, { ...defaultFeedforwardConfig, ...config }, origin);
}
