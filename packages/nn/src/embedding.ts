import type { Shape } from "@lm/backend";
import { type Tensor, tensor } from "@lm/tensor";
import type { Initializer } from "./initializers.ts";
import type { ParameterSource } from "./parameters.ts";

export type EmbeddingParameters = {
  readonly weight: Tensor; // [count, width]
};

export function createEmbedding(
  source: ParameterSource,
  {
    count,
    width,
    initializer,
  }: { readonly count: number; readonly width: number; readonly initializer: Initializer },
): EmbeddingParameters {
  return { weight: source.parameter("weight", [count, width], initializer) };
}

/**
 * The rows of the table at `ids`: `[…I]` → `[…I, width]`.
 * @throws RangeError for an id that the table does not have.
 */
export function embedding({ weight }: EmbeddingParameters, ids: Int32Array, shape: Shape): Tensor {
  const count = weight.shape[0]!;
  for (const id of ids)
    if (id < 0 || id >= count)
      throw new RangeError(
        `embedding: id ${id} is not one of 0 … ${count - 1}; was the text encoded with the model's own tokenizer?`,
      );
  return weight.gather(tensor(ids, { backend: weight.backend, shape }));
}
