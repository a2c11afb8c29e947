import type { LanguageModel } from "@lm/model";
import {
  createParameters,
  crossEntropy,
  dropout,
  embedding,
  type LossAndState,
  type LossContext,
  linear,
  type ParameterOrigin,
  readLogProbs,
  recurrentScores,
  type TokenRows,
  type Trainable,
} from "@lm/nn";
import { disposeTensors, mapTensors, scopeOf, type Tensor, tensor } from "@lm/tensor";
import type { Batch, Vocabulary } from "@lm/text";
import type { RecurrentLanguageModelConfig } from "./config.ts";
import {
  createRecurrentLanguageModel,
  layersOf,
  outputLayer,
  type RecurrentLanguageModelParameters,
} from "./parameters.ts";
import { type RecurrentState, recurrent } from "./recurrent.ts";

/** The hidden vectors, for a number of rows; none before the first token. */
export interface RecurrentModelState {
  readonly rows: number;
  readonly memory?: RecurrentState;
}

const SCORING = { tokensPerBatch: 4096 };

/**
 * A recurrent language model (Mikolov et al. 2010): token vectors, a stack of Elman, LSTM or GRU layers, a softmax. What
 * it knows of the text so far is its hidden vectors, so nothing is out of reach, and a token costs the same
 * wherever it stands.
 */
export class RecurrentLanguageModel
  implements LanguageModel<RecurrentModelState>, Trainable<Batch, RecurrentLanguageModelParameters>
{
  readonly vocabulary: Vocabulary;
  readonly config: RecurrentLanguageModelConfig;
  readonly contextLength = Number.POSITIVE_INFINITY;
  parameters: RecurrentLanguageModelParameters;

  constructor(
    vocabulary: Vocabulary,
    config: RecurrentLanguageModelConfig,
    origin: ParameterOrigin,
  ) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.parameters = createParameters(origin, (source) =>
      createRecurrentLanguageModel(source, vocabulary.size, config),
    );
  }

  loss(
    parameters: RecurrentLanguageModelParameters,
    { inputs, targets, rows, length }: Batch,
    context: LossContext,
  ): LossAndState {
    const { output, state } = this.#forward(
      parameters,
      { ids: inputs, rows, length },
      {
        ...context,
        state: context.state as RecurrentState | undefined,
      },
    );
    const logits = linear(outputLayer(parameters), output);
    return { loss: crossEntropy(logits, targets), state };
  }

  start(batch = 1): RecurrentModelState {
    return { rows: batch };
  }

  async advance(
    { rows, memory }: RecurrentModelState,
    tokens: Int32Array,
  ): Promise<{ state: RecurrentModelState; logProbs: Float32Array }> {
    const length = tokens.length / rows;
    const { logProbs, state } = scopeOf(this.parameters, (parameters) => {
      const { output, state } = this.#forward(
        parameters,
        { ids: tokens, rows, length },
        { state: memory },
      );
      const last = output.slice(1, length - 1, length).reshape([rows, this.config.hidden]);
      return { logProbs: linear(outputLayer(parameters), last).logSoftmax(), state };
    });
    return { state: { rows, memory: state }, logProbs: await readLogProbs(logProbs) };
  }

  select({ memory }: RecurrentModelState, rows: readonly number[]): RecurrentModelState {
    if (!memory) return { rows: rows.length };
    const selected = scopeOf(memory, (memory, backend) => {
      const ids = tensor(rows, { backend, shape: [rows.length] });
      return mapTensors(memory, (x) => selectRows(x, ids));
    });
    return { rows: rows.length, memory: selected };
  }

  score(sequences: readonly Int32Array[]): Promise<Float32Array[]> {
    return recurrentScores(this.parameters, sequences, SCORING, (parameters, inputs, memory) => {
      const { output, state } = this.#forward(parameters, inputs, {
        state: memory as RecurrentState | undefined,
      });
      return { logits: linear(outputLayer(parameters), output), state };
    });
  }

  release({ memory }: RecurrentModelState): void {
    disposeTensors(memory);
  }

  #forward(
    parameters: RecurrentLanguageModelParameters,
    { ids, rows, length }: TokenRows,
    {
      state,
      generator,
    }: { state?: RecurrentState | undefined; generator?: LossContext["generator"] },
  ): { output: Tensor; state: RecurrentState } {
    const { config } = this;
    const vectors = dropout(
      embedding(parameters.encoder, ids, [rows, length]),
      config.dropout,
      generator,
    );
    const layers = recurrent(parameters.rnn, vectors, layersOf(config), { state, generator });
    return { ...layers, output: dropout(layers.output, config.dropout, generator) };
  }
}

/** Rows of axis 1 of `[layers, B, H]`. */
function selectRows(x: Tensor, ids: Tensor): Tensor {
  const [layers, rows, hidden] = x.shape as [number, number, number];
  const table = x.permute([1, 0, 2]).reshape([rows, layers * hidden]);
  return table.gather(ids).reshape([ids.size, layers, hidden]).permute([1, 0, 2]);
}
