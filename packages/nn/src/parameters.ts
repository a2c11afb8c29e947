import { type Backend, type Shape, sameShape } from "@lm/backend";
import { Generator } from "@lm/random";
import { float32Values, type SafetensorsFile, Tensor, tensorsOf } from "@lm/tensor";
import type { Initializer } from "./initializers.ts";

/**
 * Where a model gets its parameters from: drawn at random, or read from a file. Models ask by name and need not know
 * which; the names make up the dotted paths of PyTorch's and Hugging Face's checkpoints.
 */
export interface ParameterSource {
  /** The parameter `name` of this part of the model. */
  parameter(name: string, shape: Shape, initializer: Initializer): Tensor;
  /** The source for a part of this part. */
  at(name: string): ParameterSource;
}

/** Weights from elsewhere do not fit the model. */
export class WeightsError extends Error {
  override readonly name = "WeightsError";
}

/** Parameters on `backend`, new ones from `seed` or those of a safetensors file. */
export type ParameterOrigin = { readonly backend: Backend } & (
  | { readonly seed: number }
  | { readonly weights: SafetensorsFile }
);

/**
 * Builds a model's parameter tree.
 * @throws WeightsError when a weight is missing from the file, has another shape, or is not asked for.
 */
export function createParameters<Parameters>(
  origin: ParameterOrigin,
  build: (source: ParameterSource) => Parameters,
): Parameters {
  if ("seed" in origin) return build(randomSource(origin.backend, origin.seed));
  const unused = new Set(origin.weights.tensors.keys());
  const parameters = build(fileSource(origin.backend, origin.weights, unused, ""));
  if (unused.size > 0) {
    const names = [...unused].slice(0, 3).join(", ");
    throw new WeightsError(
      `weights: the file holds ${unused.size} tensors that the model does not have (${names}${unused.size > 3 ? ", …" : ""}); is it another model, or configured otherwise?`,
    );
  }
  return parameters;
}

/** Every parameter has a stream of its own, so what one draws does not depend on the sizes of the others. */
function randomSource(backend: Backend, seed: number): ParameterSource {
  let stream = 0;
  const source: ParameterSource = {
    parameter(_, shape, initializer) {
      const values = initializer(shape, new Generator(seed, stream++));
      return new Tensor(backend, backend.fromArray(values, shape));
    },
    at: () => source,
  };
  return source;
}

function fileSource(
  backend: Backend,
  file: SafetensorsFile,
  unused: Set<string>,
  prefix: string,
): ParameterSource {
  return {
    parameter(name, shape) {
      const path = prefix + name;
      const entry = file.tensors.get(path);
      if (!entry)
        throw new WeightsError(
          `weights: ${path} [${shape}] is missing from the file; is it another model?`,
        );
      if (!sameShape(entry.shape, shape))
        throw new WeightsError(
          `weights: ${path} is [${entry.shape}] in the file, but the model needs [${shape}]; is it configured otherwise?`,
        );
      unused.delete(path);
      return new Tensor(backend, backend.fromArray(float32Values(path, entry), shape));
    },
    at: (name) => fileSource(backend, file, unused, `${prefix}${name}.`),
  };
}

/** How many numbers a parameter tree holds. */
export function countParameters(parameters: unknown): number {
  return tensorsOf(parameters).reduce((total, x) => total + x.size, 0);
}
