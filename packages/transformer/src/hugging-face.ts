import { type Activation, activations, WeightsError } from "@lm/nn";
import type { SafetensorsEntry, SafetensorsFile } from "@lm/tensor";
import type { TransformerConfig } from "./config.ts";

/** A GPT-2 as a Hugging Face folder describes it, in our terms. */
export interface HuggingFaceModel {
  readonly config: TransformerConfig;
  readonly vocabularySize: number;
  /** The weights under the names that `transformer` asks for. */
  readonly weights: SafetensorsFile;
}

/**
 * Reads the `config.json` and the weights of a Hugging Face folder.
 * @throws WeightsError for anything but a GPT-2, and for its variants that compute otherwise.
 */
export function fromHuggingFace(config: unknown, file: SafetensorsFile): HuggingFaceModel {
  const given = (typeof config === "object" && config !== null ? config : {}) as Record<
    string,
    unknown
  >;
  if (given.model_type !== "gpt2")
    throw new WeightsError(
      `config.json: model_type is ${JSON.stringify(given.model_type)}; only "gpt2" can be read`,
    );
  for (const [name, expected] of Object.entries(COMPUTES_AS_GPT2))
    if (!expected.includes(given[name]))
      throw new WeightsError(
        `config.json: ${name} is ${JSON.stringify(given[name])}, which computes otherwise than GPT-2; it must be ${JSON.stringify(expected.at(-1))}`,
      );
  const width = size(given, "n_embd");
  if (given.n_inner !== undefined && given.n_inner !== null && given.n_inner !== 4 * width)
    throw new WeightsError(
      `config.json: n_inner is ${given.n_inner}; only 4 · n_embd = ${4 * width} can be read`,
    );
  const activation = given.activation_function ?? "gelu_new";
  if (typeof activation !== "string" || !Object.hasOwn(activations, activation))
    throw new WeightsError(
      `config.json: activation_function is ${JSON.stringify(activation)}; it must be one of ${Object.keys(activations).join(", ")}`,
    );
  return {
    config: {
      layers: size(given, "n_layer"),
      heads: size(given, "n_head"),
      width,
      context: size(given, "n_positions"),
      dropout: typeof given.resid_pdrop === "number" ? given.resid_pdrop : 0,
      activation: activation as Activation,
      epsilon: typeof given.layer_norm_epsilon === "number" ? given.layer_norm_epsilon : 1e-5,
    },
    vocabularySize: size(given, "vocab_size"),
    weights: { metadata: file.metadata, tensors: renamed(file.tensors) },
  };
}

/** The `config.json` of a Hugging Face folder; its weights need no other names than ours. */
export function toHuggingFaceConfig(
  { layers, heads, width, context, dropout, activation, epsilon }: TransformerConfig,
  vocabularySize: number,
): object {
  return {
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    activation_function: activation,
    n_layer: layers,
    n_head: heads,
    n_embd: width,
    n_positions: context,
    n_ctx: context,
    vocab_size: vocabularySize,
    layer_norm_epsilon: epsilon,
    tie_word_embeddings: true,
    // Our dropout leaves the attention weights alone.
    attn_pdrop: 0,
    embd_pdrop: dropout,
    resid_pdrop: dropout,
  };
}

/** The settings of a configuration that change what is computed, with the values under which it is what we compute. */
const COMPUTES_AS_GPT2: Readonly<Record<string, readonly unknown[]>> = {
  tie_word_embeddings: [undefined, true],
  scale_attn_weights: [undefined, true],
  scale_attn_by_inverse_layer_idx: [undefined, false],
  add_cross_attention: [undefined, false],
};

function size(config: Record<string, unknown>, name: string): number {
  const value = config[name];
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw new WeightsError(
      `config.json: ${name} is ${JSON.stringify(value)}; it must be a positive whole number`,
    );
  return value as number;
}

/** Checkpoints of the bare model lack the prefix; masks and a tied copy of the output weights are no parameters. */
function renamed(tensors: ReadonlyMap<string, SafetensorsEntry>): Map<string, SafetensorsEntry> {
  return new Map(
    [...tensors]
      .filter(([name]) => !/(^|\.)attn\.(masked_)?bias$/.test(name) && name !== "lm_head.weight")
      .map(([name, entry]) => [
        name.startsWith("transformer.") ? name : `transformer.${name}`,
        entry,
      ]),
  );
}
