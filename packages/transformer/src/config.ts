import type { Activation } from "@lm/nn";

/** The shape of a GPT-2 style Transformer. */
export interface TransformerConfig {
  readonly layers: number;
  readonly heads: number;
  /** Size of a token's vector all the way up; the heads share it. */
  readonly width: number;
  /** The most tokens that it can see: the number of learned positions. */
  readonly context: number;
  /** Of the token vectors and of what each block adds; attention weights are not dropped. */
  readonly dropout: number;
  readonly activation: Activation;
  /** Of the layer norms. */
  readonly epsilon: number;
}

export const defaultTransformerConfig: TransformerConfig = {
  layers: 4,
  heads: 4,
  width: 128,
  context: 64,
  dropout: 0,
  activation: "gelu_new",
  epsilon: 1e-5,
};
