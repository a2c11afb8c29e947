import {
  type Backend,
  type BinaryOp,
  broadcastShapes,
  type CompareOp,
  type Operand,
  type Shape,
  sizeOf,
  stridesOf,
  type UnaryOp,
} from "@lm/backend";
import * as codes from "../assembly/op-codes.ts";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";
import { broadcastStrides, forEachOuter, innermost, mergeAxes } from "./strided.ts";

const UNARY_CODES: Record<UnaryOp, number> = {
  negate: codes.NEGATE,
  abs: codes.ABS,
  exp: codes.EXP,
  log: codes.LOG,
  sqrt: codes.SQRT,
  reciprocal: codes.RECIPROCAL,
  tanh: codes.TANH,
  sigmoid: codes.SIGMOID,
  relu: codes.RELU,
  erf: codes.ERF,
};

const BINARY_CODES: Record<BinaryOp | CompareOp, number> = {
  add: codes.ADD,
  subtract: codes.SUBTRACT,
  multiply: codes.MULTIPLY,
  divide: codes.DIVIDE,
  maximum: codes.MAXIMUM,
  minimum: codes.MINIMUM,
  equal: codes.EQUAL,
  less: codes.LESS,
  lessEqual: codes.LESS_EQUAL,
};

type Elementwise = "unary" | "binary" | "compare" | "where";

export const elementwise = (engine: Engine): Pick<Backend<CpuTensor>, Elementwise> => {
  const binary = (
    op: BinaryOp | CompareOp,
    a: Operand<CpuTensor>,
    b: Operand<CpuTensor>,
  ): CpuTensor => applyBinary(engine, BINARY_CODES[op], a, b);
  return {
    unary: (op, x) => applyUnary(engine, UNARY_CODES[op], x),
    binary,
    compare: binary,
    where(mask, a, b) {
      const shape = [a, b].reduce(
        (shape: Shape, x) => broadcastShapes("where", shape, shapeOf(x)),
        mask.shape,
      );
      return broadcast(engine, shape, [mask, a, b], ([m, p, q], y, [size0, size1, size2]) =>
        engine.kernels.where(
          m!.address,
          ...m!.strides,
          p!.address,
          ...p!.strides,
          q!.address,
          ...q!.strides,
          y,
          size0,
          size1,
          size2,
        ),
      );
    },
  };
};

/** A new tensor: a function of each element, by its code. */
export function applyUnary(engine: Engine, code: number, x: CpuTensor): CpuTensor {
  engine.expectLive(x);
  const y = engine.create(x.shape);
  const address = engine.addressOf(y);
  if (x.strides === null) engine.kernels.unary(code, engine.addressOf(x), address, x.size);
  else {
    engine.copy(x, address);
    engine.kernels.unary(code, address, address, x.size);
  }
  return y;
}

/** A new tensor: a function of two operands that broadcast, by its code. */
export function applyBinary(
  engine: Engine,
  code: number,
  a: Operand<CpuTensor>,
  b: Operand<CpuTensor>,
): CpuTensor {
  const shape = broadcastShapes("binary", shapeOf(a), shapeOf(b));
  const size = sizeOf(shape);
  const left = rowLength(a, shape);
  const right = rowLength(b, shape);
  if (left < 0 || right < 0 || size === 0)
    return broadcast(engine, shape, [a, b], ([p, q], y, [size0, size1, size2]) =>
      engine.kernels.binary(
        code,
        p!.address,
        ...p!.strides,
        q!.address,
        ...q!.strides,
        y,
        size0,
        size1,
        size2,
      ),
    );
  // Both walk straight on, over the whole output or over each of its rows again, or are one number.
  const length = Math.min(left || size, right || size);
  const aAddress = addressIn(engine, a, 0);
  const bAddress = addressIn(engine, b, 1);
  const y = engine.create(shape);
  engine.kernels.binary(
    code,
    aAddress,
    0,
    left === size ? length : 0,
    left === 0 ? 0 : 1,
    bAddress,
    0,
    right === size ? length : 0,
    right === 0 ? 0 : 1,
    engine.addressOf(y),
    1,
    size / length,
    length,
  );
  return y;
}

const shapeOf = (x: Operand<CpuTensor>): Shape => (typeof x === "number" ? [] : x.shape);

/**
 * After how many elements an operand begins again as the output goes on: all of them (never), a row of its last axes, or
 * none (one number for all); −1 where it lies otherwise.
 */
function rowLength(x: Operand<CpuTensor>, shape: Shape): number {
  if (typeof x === "number" || x.shape.length === 0) return 0;
  if (x.strides !== null) return -1;
  const extra = shape.length - x.shape.length;
  for (let axis = 0; axis < x.shape.length; axis++)
    if (x.shape[axis] !== shape[axis + extra]) return -1;
  return x.size;
}

function addressIn(engine: Engine, x: Operand<CpuTensor>, cell: number): number {
  return typeof x === "number" ? engine.kernels.setScalar(cell, x) : engine.addressOf(x);
}

interface PlacedOperand {
  readonly address: number;
  readonly strides: readonly [number, number, number];
}

type NestKernel = (
  operands: readonly PlacedOperand[],
  y: number,
  sizes: readonly [number, number, number],
) => void;

/** A new tensor by a kernel over three axes, called as often as the axes before those need. */
function broadcast(
  engine: Engine,
  shape: Shape,
  operands: readonly Operand<CpuTensor>[],
  kernel: NestKernel,
): CpuTensor {
  const placed = operands.map((x, cell) => place(engine, x, shape, cell));
  const y = engine.create(shape);
  const axes = mergeAxes(shape, [...placed.map(({ strides }) => strides), stridesOf(shape)]);
  const sizes = innermost(axes.sizes, 1);
  const strides = placed.map((_, operand) => innermost(axes.strides[operand]!, 0));
  forEachOuter(axes, 3, (offsets) =>
    kernel(
      placed.map(({ address }, operand) => ({
        address: address + offsets[operand]! * 4,
        strides: strides[operand]!,
      })),
      engine.addressOf(y) + offsets[placed.length]! * 4,
      sizes,
    ),
  );
  engine.finish();
  return y;
}

/** An operand's address and broadcast strides, of which the innermost one is made 1 or 0. */
function place(engine: Engine, x: Operand<CpuTensor>, shape: Shape, cell: number) {
  if (typeof x === "number")
    return { address: addressIn(engine, x, cell), strides: shape.map(() => 0) };
  const strides = broadcastStrides(x.shape, x.strides, shape);
  const innermost = strides.findLast((_, axis) => shape[axis] !== 1) ?? 1;
  if (innermost <= 1) return { address: engine.addressOf(x), strides };
  return { address: engine.contiguous(x), strides: broadcastStrides(x.shape, null, shape) };
}
