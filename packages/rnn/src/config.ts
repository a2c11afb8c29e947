/** The recurrent cells: Elman's, the LSTM, the GRU. */
export const CELLS = ["rnn", "lstm", "gru"] as const;
export type Cell = (typeof CELLS)[number];

/** Where the GRU applies its reset gate. */
export type ResetGate =
  /** After the recurrent product, as cuDNN and PyTorch do. */
  | "after"
  /** To the hidden state, before the product (Cho et al. 2014, first version). */
  | "before";

/** The shape of a stack of recurrent layers. */
export interface RecurrentConfig {
  readonly cell: Cell;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  /** Each layer reads both ways, and hands on both outputs side by side. */
  readonly bidirectional: boolean;
  /** Between layers. */
  readonly dropout: number;
  /** Of a GRU. */
  readonly reset: ResetGate;
}

/** The shape of a recurrent language model. */
export interface RecurrentLanguageModelConfig {
  readonly cell: Cell;
  /** Size of a token's vector. */
  readonly embedding: number;
  readonly hidden: number;
  readonly layers: number;
  /** Of the token vectors, between layers, and before the output. */
  readonly dropout: number;
  /** Use the token vectors as output weights (Press & Wolf 2017); `embedding` must equal `hidden`. */
  readonly tied: boolean;
  /** Of a GRU. */
  readonly reset: ResetGate;
}

export const defaultRecurrentConfig: Omit<RecurrentLanguageModelConfig, "cell"> = {
  embedding: 64,
  hidden: 128,
  layers: 1,
  dropout: 0,
  tied: false,
  reset: "after",
};
