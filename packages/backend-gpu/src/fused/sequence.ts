import type { Reading } from "../device/device.ts";
import type { Arguments, Engine } from "../engine.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import type { Kernel } from "../kernel.ts";
import { COLUMNS } from "../kernels/reduction.ts";
import { joinRows } from "../ops/join.ts";
import { multiply } from "../ops/matmul.ts";
import { reshape, slice } from "../ops/movement.ts";
import { contiguous } from "../ops/pointwise.ts";
import { reduceColumns } from "../ops/reduction.ts";

// B batch, T steps, H hidden size, G gates.

/** A recurrence over `x [B, T, G]` from a state `hidden [B, H]`, and how kernels read what belongs to it. */
export class Sequence {
  readonly batch: number;
  readonly steps: number;
  readonly size: number;
  /** The steps in the order in which they are made. */
  readonly times: readonly number[];
  readonly #engine: Engine;

  constructor(engine: Engine, x: GpuTensor, hidden: GpuTensor, reverse: boolean) {
    this.#engine = engine;
    [this.batch, this.steps] = x.shape as [number, number];
    this.size = hidden.shape[1]!;
    const times = Array.from({ length: this.steps }, (_, t) => t);
    this.times = reverse ? times.reverse() : times;
  }

  /** A matrix, or a vector as one row. */
  matrix(x: GpuTensor): Reading {
    const columns = x.shape.at(-1)!;
    return this.#engine.read(contiguous(this.#engine, x), [columns, x.size / columns, 1]);
  }

  /** `[B, T, …]` */
  whole(x: GpuTensor): Reading {
    return this.#engine.read(contiguous(this.#engine, x), [x.shape[2]!, x.shape[1]!, this.batch]);
  }

  /** `[B, H]` as `[B, 1, H]` */
  initial(x: GpuTensor): Reading {
    return this.#engine.read(contiguous(this.#engine, x), [x.shape[1]!, 1, this.batch]);
  }

  /** A new `[B, gates · H]`. */
  step(kernel: Kernel, args: Arguments, gates = 1): GpuTensor {
    const width = gates * this.size;
    return this.#engine.launch(kernel, [this.batch, width], [width, this.batch, 1], args);
  }

  /** `[B, …]` of every step as `[B, T, …]`. */
  stack(parts: readonly GpuTensor[]): GpuTensor {
    const width = parts[0]!.shape[1]!;
    return joinRows(this.#engine, parts, [this.batch, this.steps, width], this.batch);
  }

  /** The states before each step, `[B, T, H]`, of those after it. */
  before(hidden: GpuTensor, output: GpuTensor): GpuTensor {
    const at = (t: number) => {
      const step = reshape(this.#engine, slice(this.#engine, output, 1, t, t + 1), [
        this.batch,
        this.size,
      ]);
      return contiguous(this.#engine, step);
    };
    const parts = new Array<GpuTensor>(this.steps);
    for (const [i, t] of this.times.entries())
      parts[t] = i === 0 ? contiguous(this.#engine, hidden) : at(this.times[i - 1]!);
    return this.stack(parts);
  }

  /** Σ gᵀ · h over batch and steps: `[G, H]` of `[B, T, G]` and `[B, T, H]`. */
  weightGradient(gradient: GpuTensor, hidden: GpuTensor): GpuTensor {
    return multiply(this.#engine, "TN", this.#flat(gradient), this.#flat(hidden));
  }

  /** Σ g over batch and steps: `[G]` of `[B, T, G]`. */
  biasGradient(gradient: GpuTensor): GpuTensor {
    const width = gradient.shape[2]!;
    const sizes = { outer: 1, count: this.batch * this.steps, inner: width };
    const x = this.#engine.read(gradient, [width, sizes.count, 1]);
    return this.#engine.view(reduceColumns(this.#engine, COLUMNS.sum, sizes, { x }), [width]);
  }

  /** `[B, T, …]` as `[B · T, …]`. */
  #flat(x: GpuTensor): GpuTensor {
    return reshape(this.#engine, x, [this.batch * this.steps, x.shape[2]!]);
  }
}
