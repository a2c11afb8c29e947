import { type Backend, type Shape, ShapeError, sizeOf } from "@lm/backend";
import type { Generator } from "@lm/random";
import { checkShape } from "./checks.ts";
import { Tensor } from "./tensor.ts";

/** Numbers nested as deep as the tensor has axes. */
export type NestedNumbers = number | readonly NestedNumbers[];

export interface Place {
  readonly backend: Backend;
}

/**
 * A tensor from nested arrays, `tensor([[1, 2], [3, 4]], { backend })`, or from flat numbers and a shape.
 * @throws ShapeError when the rows have different lengths, or the shape does not take all the numbers.
 */
export function tensor(
  data: NestedNumbers | ArrayLike<number>,
  { backend, shape }: Place & { readonly shape?: Shape },
): Tensor {
  if (shape) {
    const flat = typeof data === "number" ? [data] : (data as ArrayLike<number>);
    checkShape("tensor", shape, flat.length);
    return new Tensor(backend, backend.fromArray(flat, shape));
  }
  if (typeof data === "object" && !Array.isArray(data)) {
    const flat = data as ArrayLike<number>;
    return new Tensor(backend, backend.fromArray(flat, [flat.length]));
  }
  const inferred: number[] = [];
  for (let node: unknown = data; Array.isArray(node); node = node[0]) inferred.push(node.length);
  const flat: number[] = [];
  const collect = (node: NestedNumbers, depth: number) => {
    if (typeof node === "number" && depth === inferred.length) flat.push(node);
    else if (typeof node === "object" && node.length === inferred[depth])
      for (const child of node) collect(child, depth + 1);
    else
      throw new ShapeError(
        "tensor",
        [inferred],
        "the nested arrays are ragged; give every row one length",
      );
  };
  collect(data as NestedNumbers, 0);
  return new Tensor(backend, backend.fromArray(flat, inferred));
}

/** `value` at every place. */
export function full(shape: Shape, value: number, { backend }: Place): Tensor {
  checkShape("full", shape);
  return new Tensor(backend, backend.fromArray(new Float64Array(sizeOf(shape)).fill(value), shape));
}

export function zeros(shape: Shape, place: Place): Tensor {
  return full(shape, 0, place);
}

export function ones(shape: Shape, place: Place): Tensor {
  return full(shape, 1, place);
}

/** Independent normal numbers. */
export function randomNormal(
  shape: Shape,
  {
    backend,
    generator,
    mean = 0,
    deviation = 1,
  }: Place & { readonly generator: Generator; readonly mean?: number; readonly deviation?: number },
): Tensor {
  checkShape("randomNormal", shape);
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = mean + deviation * generator.normal();
  return new Tensor(backend, backend.fromArray(data, shape));
}

/** Independent uniform numbers in [low, high). */
export function randomUniform(
  shape: Shape,
  {
    backend,
    generator,
    low = 0,
    high = 1,
  }: Place & { readonly generator: Generator; readonly low?: number; readonly high?: number },
): Tensor {
  checkShape("randomUniform", shape);
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * generator.uniform();
  return new Tensor(backend, backend.fromArray(data, shape));
}
