import { WeightsError } from "@lm/nn";
import { readSafetensors, writeSafetensors } from "@lm/tensor";
import { describe, expect, it } from "vitest";
import { fromHuggingFace, toHuggingFaceConfig } from "./hugging-face.ts";

const config = {
  model_type: "gpt2",
  n_layer: 1,
  n_head: 2,
  n_embd: 4,
  n_positions: 8,
  vocab_size: 3,
  activation_function: "gelu_new",
};
const file = (names: readonly string[]) =>
  readSafetensors(
    writeSafetensors(Object.fromEntries(names.map((name) => [name, { shape: [1], data: [0] }]))),
  );

describe("a Hugging Face folder", () => {
  it("is read in our terms", () => {
    const model = fromHuggingFace(config, file(["transformer.wte.weight"]));
    expect(model.config).toEqual({
      layers: 1,
      heads: 2,
      width: 4,
      context: 8,
      dropout: 0,
      activation: "gelu_new",
      epsilon: 1e-5,
    });
    expect(model.vocabularySize).toBe(3);
  });

  it("may hold the bare model, masks and a copy of the tied weights", () => {
    const names = [
      "wte.weight",
      "h.0.attn.bias",
      "h.0.attn.masked_bias",
      "h.0.attn.c_attn.bias",
      "lm_head.weight",
    ];
    expect([...fromHuggingFace(config, file(names)).weights.tensors.keys()]).toEqual([
      "transformer.wte.weight",
      "transformer.h.0.attn.c_attn.bias",
    ]);
  });

  it("round-trips its configuration", () => {
    const { config: ours, vocabularySize } = fromHuggingFace(
      { ...config, resid_pdrop: 0.1 },
      file([]),
    );
    const again = fromHuggingFace(toHuggingFaceConfig(ours, vocabularySize), file([]));
    expect(again.config).toEqual(ours);
    expect(again.vocabularySize).toBe(3);
  });

  it.each([
    [{ model_type: "llama" }, 'model_type is "llama"; only "gpt2"'],
    [{ n_layer: 0 }, "n_layer is 0; it must be a positive whole number"],
    [{ n_inner: 7 }, "n_inner is 7; only 4 · n_embd = 16"],
    [{ activation_function: "mish" }, 'activation_function is "mish"; it must be one of gelu'],
    [{ activation_function: "toString" }, "activation_function is"],
    [{ tie_word_embeddings: false }, "tie_word_embeddings is false, which computes otherwise"],
    [{ scale_attn_by_inverse_layer_idx: true }, "scale_attn_by_inverse_layer_idx is true"],
  ])("is refused with %j", (change, message) => {
    const read = () => fromHuggingFace({ ...config, ...change }, file([]));
    expect(read).toThrow(WeightsError);
    expect(read).toThrow(message);
  });

  it("is refused when its configuration is no object", () => {
    expect(() => fromHuggingFace(null, file([]))).toThrow(WeightsError);
  });
});
