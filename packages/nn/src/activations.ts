import { fused, type Tensor } from "@lm/tensor";

/** The activation functions that a feed-forward layer may have, by the names that Hugging Face gives them. */
export const activations = {
  /** x·Φ(x) (Hendrycks & Gimpel 2016). */
  gelu: (x: Tensor) => x.multiply(0.5).multiply(x.multiply(Math.SQRT1_2).erf().add(1)),
  /** GELU in the tanh form, as in GPT-2. */
  gelu_new: (x: Tensor) => fused("gelu", { x }, {}).y,
  silu: (x: Tensor) => fused("silu", { x }, {}).y,
  relu: (x: Tensor) => x.relu(),
  tanh: (x: Tensor) => x.tanh(),
} satisfies Record<string, (x: Tensor) => Tensor>;

export type Activation = keyof typeof activations;
