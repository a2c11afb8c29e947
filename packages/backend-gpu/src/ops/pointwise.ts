import { broadcastShapes, type Operand, type Shape, sameShape } from "@lm/backend";
import type { Engine } from "../engine.ts";
import type { Dims } from "../gpu-js.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { COPY, type PointFunction } from "../kernels/functions.ts";
import { flatPointwise, type OperandKind, stridedPointwise } from "../kernels/pointwise.ts";
import { type Axes, broadcastStrides, mergeAxes, unlessContiguous } from "../strided.ts";
import { joinFlat } from "./join.ts";

type Operands = readonly Operand<GpuTensor>[];

/** A new tensor: a function of one to three operands that broadcast. */
export function applyPointwise(engine: Engine, fn: PointFunction, operands: Operands): GpuTensor {
  const shape = operands
    .map((x): Shape => (typeof x === "number" ? [] : x.shape))
    .reduce((a, b) => broadcastShapes(fn.name, a, b));
  if (operands.every((x) => typeof x === "number" || (isPlain(x) && sameShape(x.shape, shape))))
    return applyFlat(engine, fn, shape, operands);
  const axes = axesOf(shape, operands);
  if (fits(engine, axes)) return applyStrided(engine, fn, shape, operands, axes);
  const inFull = operands.map((x) =>
    typeof x === "number" ? x : contiguous(engine, expand(engine, x, shape)),
  );
  return applyFlat(engine, fn, shape, inFull);
}

/** The same numbers in one piece, at the beginning of their memory: `x` itself, or a copy. */
export function contiguous(engine: Engine, x: GpuTensor): GpuTensor {
  if (isPlain(x)) return x;
  const axes = axesOf(x.shape, [x]);
  if (fits(engine, axes)) return applyStrided(engine, COPY, x.shape, [x], axes);
  // Too many axes, or too long ones, for one kernel: both halves along the outermost, one after the other.
  const [size, ...inner] = axes.sizes as [number, ...number[]];
  const strides = axes.strides[0]!;
  const middle = Math.ceil(size / 2);
  const half = (start: number, end: number) =>
    contiguous(engine, engine.view(x, [end - start, ...inner], strides, start * strides[0]!));
  return joinFlat(engine, [half(0, middle), half(middle, size)], x.shape);
}

/** A view that repeats axes of size 1, and axes that are missing in front, up to `shape`. */
export function expand(engine: Engine, x: GpuTensor, shape: Shape): GpuTensor {
  if (sameShape(x.shape, shape)) return engine.view(x, shape, x.strides);
  const strides = broadcastStrides(x.shape, x.strides, shape);
  return engine.view(x, shape, unlessContiguous(shape, strides));
}

/** Whether `x` is in one piece, at the beginning of its memory. */
const isPlain = (x: GpuTensor) => x.strides === null && x.offset === 0;

const kindsOf = (operands: Operands) =>
  operands.map((x): OperandKind => (typeof x === "number" ? "float" : "tensor"));

const axesOf = (shape: Shape, operands: Operands): Axes =>
  mergeAxes(
    shape,
    operands.map((x) =>
      typeof x === "number" ? shape.map(() => 0) : broadcastStrides(x.shape, x.strides, shape),
    ),
  );

/** The threads that walk up to four axes: the two outermost share the last. */
function threadsOf({ sizes }: Axes): Dims {
  const [x = 1, y = 1, z = 1, w = 1] = [...sizes].reverse();
  return [x, y, z * w];
}

/** So many quotients of `this.thread.z` are exact. */
const MAX_QUOTIENTS = 2 ** 21;

function fits({ device }: Engine, axes: Axes): boolean {
  const threads = threadsOf(axes);
  return (
    axes.sizes.length <= 4 &&
    threads[2] <= MAX_QUOTIENTS &&
    threads.every((count, axis) => count <= device.maxThreads[axis]!)
  );
}

const PARAMETERS = ["a", "b", "c"];

function applyFlat(engine: Engine, fn: PointFunction, shape: Shape, operands: Operands): GpuTensor {
  const size = shape.reduce((product, d) => product * d, 1);
  const kinds = kindsOf(operands);
  const kernel = engine.written(`${fn.name}.flat(${kinds})`, (name) =>
    flatPointwise(name, fn, kinds),
  );
  const args = operands.map((x, i) => [
    PARAMETERS[i]!,
    typeof x === "number" ? x : engine.read(x, [size, 1, 1]),
  ]);
  return engine.launch(kernel, shape, [size, 1, 1], Object.fromEntries(args));
}

function applyStrided(
  engine: Engine,
  fn: PointFunction,
  shape: Shape,
  operands: Operands,
  axes: Axes,
): GpuTensor {
  const kinds = kindsOf(operands);
  const kernel = engine.written(`${fn.name}.strided(${kinds})`, (name) =>
    stridedPointwise(name, fn, kinds),
  );
  const depth = axes.sizes.at(-3) ?? 1;
  const args = operands.flatMap((x, i) => {
    const name = PARAMETERS[i]!;
    if (typeof x === "number") return [[name, x]];
    const [sx = 0, sy = 0, sz = 0, sw = 0] = [...axes.strides[i]!].reverse();
    return [
      [name, engine.readAll(x)],
      [`${name}Offset`, x.offset],
      [`${name}X`, sx],
      [`${name}Y`, sy],
      [`${name}Z`, sz],
      // A step of the outermost axis is `depth` steps of `this.thread.z` already.
      [`${name}W`, axes.sizes.length < 4 ? 0 : sw - depth * sz],
    ];
  });
  return engine.launch(kernel, shape, threadsOf(axes), { ...Object.fromEntries(args), depth });
}
