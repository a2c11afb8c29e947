import type { LanguageModel } from "@lm/model";
import {
  appendTokens,
  createParameters,
  crossEntropy,
  type LossAndState,
  type LossContext,
  type ParameterOrigin,
  readLogProbs,
  selectTokens,
  type TokenRows,
  type Trainable,
  teacherForcedScores,
} from "@lm/nn";
import { disposeTensors, mapTensors, scopeOf, type Tensor, tensor } from "@lm/tensor";
import type { Batch, Vocabulary } from "@lm/text";
import { defaultTransformerConfig, type TransformerConfig } from "./config.ts";
import { forward, type KeyValueCache, logitsOf } from "./forward.ts";
import { createTransformer, type TransformerParameters } from "./parameters.ts";

/**
 * The tokens in view, at most `context` of them, and their keys and values. Once the text is longer than the context there is no
 * cache: every learned position changes with each token, and the view is read anew.
 */
export interface TransformerState {
  readonly tokens: TokenRows;
  readonly cache?: KeyValueCache;
}

const SCORING = { tokensPerBatch: 2048 };

/**
 * A decoder-only Transformer language model in the style of GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks,
 * tied output weights.
 */
export class Transformer
  implements LanguageModel<TransformerState>, Trainable<Batch, TransformerParameters>
{
  readonly vocabulary: Vocabulary;
  readonly config: TransformerConfig;
  parameters: TransformerParameters;

  /** @throws RangeError when the heads do not divide the width. */
  constructor(vocabulary: Vocabulary, config: TransformerConfig, origin: ParameterOrigin) {
    if (config.width % config.heads !== 0)
      throw new RangeError(
        `transformer: ${config.heads} heads do not divide the width ${config.width}; choose a multiple`,
      );
    this.vocabulary = vocabulary;
    this.config = config;
    this.parameters = createParameters(origin, (source) =>
      createTransformer(source, vocabulary.size, config),
    );
  }

  get contextLength(): number {
    return this.config.context;
  }
  get maximumLength(): number {
    return this.config.context;
  }

  loss(
    parameters: TransformerParameters,
    { inputs, targets, rows, length }: Batch,
    { generator }: LossContext,
  ): LossAndState {
    const tokens = { ids: inputs, rows, length };
    const { hidden } = forward(parameters, tokens, this.config, { generator });
    return { loss: crossEntropy(logitsOf(parameters, hidden), targets), state: {} };
  }

  start(batch = 1): TransformerState {
    return { tokens: { ids: new Int32Array(), rows: batch, length: 0 } };
  }

  async advance(
    state: TransformerState,
    tokens: Int32Array,
  ): Promise<{ state: TransformerState; logProbs: Float32Array }> {
    const { context } = this.config;
    const { rows, length } = state.tokens;
    const added = { ids: tokens, rows, length: tokens.length / rows };
    const view = appendTokens(state.tokens, tokens, context);
    const fits = length + added.length <= context;
    const goesOn = fits && state.cache !== undefined;
    const { logProbs, cache } = scopeOf(this.parameters, (parameters) => {
      const read = forward(parameters, goesOn ? added : view, this.config, {
        cache: goesOn ? state.cache : undefined,
      });
      const next = logitsOf(parameters, lastPlace(read.hidden)).logSoftmax();
      return { logProbs: next, cache: fits ? read.cache : undefined };
    });
    const next = cache ? { tokens: view, cache } : { tokens: view };
    return { state: next, logProbs: await readLogProbs(logProbs) };
  }

  select({ tokens, cache }: TransformerState, rows: readonly number[]): TransformerState {
    const selected = selectTokens(tokens, rows);
    if (!cache) return { tokens: selected };
    const chosen = scopeOf(cache, (cache, backend) => {
      const which = tensor(rows, { backend, shape: [rows.length] });
      return mapTensors(cache, (x) =>
        x
          .reshape([tokens.rows, -1])
          .gather(which)
          .reshape([rows.length, ...x.shape.slice(1)]),
      );
    });
    return { tokens: selected, cache: chosen };
  }

  /** @throws ShapeError for a sequence of more than `context` + 1 tokens. */
  score(sequences: readonly Int32Array[]): Promise<Float32Array[]> {
    return teacherForcedScores(this.parameters, sequences, SCORING, (parameters, inputs) =>
      logitsOf(parameters, forward(parameters, inputs, this.config).hidden),
    );
  }

  release({ cache }: TransformerState): void {
    disposeTensors(cache);
  }
}

/** `[B, T, C]` at its last place: `[B, C]`. */
function lastPlace(hidden: Tensor): Tensor {
  const [rows, length, width] = hidden.shape as [number, number, number];
  return hidden.slice(1, length - 1, length).reshape([rows, width]);
}

/** A GPT-2 style Transformer over `vocabulary`. */
export function transformer(
  { vocabulary, ...config }: { readonly vocabulary: Vocabulary } & Partial<TransformerConfig>,
  origin: ParameterOrigin,
): Transformer {
  return new Transformer(vocabulary, { ...defaultTransformerConfig, ...config }, origin);
}
