import type { Reading } from "../device/device.ts";
import type { Engine } from "../engine.ts";
import type { Dims } from "../gpu-js.ts";
import type { GpuTensor } from "../gpu-tensor.ts";
import { ROWS } from "../kernels/reduction.ts";
import { sumOfExp } from "../kernels/softmax.ts";
import { contiguous } from "../ops/pointwise.ts";
import { reduceRows } from "../ops/reduction.ts";

/** A tensor as rows of its last axis. */
export class Rows {
  readonly rows: number;
  /** How long a row is. */
  readonly count: number;
  readonly threads: Dims;
  readonly #engine: Engine;

  constructor(engine: Engine, { shape, size }: GpuTensor) {
    this.#engine = engine;
    this.count = shape.at(-1)!;
    this.rows = size / Math.max(1, this.count);
    this.threads = [this.count, this.rows, 1];
  }

  /** All numbers of a tensor of the same shape. */
  read(x: GpuTensor): Reading {
    return this.#engine.read(contiguous(this.#engine, x), this.threads);
  }

  /** One number for each row. */
  readPerRow(x: GpuTensor): Reading {
    return this.#engine.read(contiguous(this.#engine, x), [this.rows, 1, 1]);
  }

  /** One number for each column. */
  readPerColumn(x: GpuTensor): Reading {
    return this.#engine.read(contiguous(this.#engine, x), [this.count, 1, 1]);
  }

  /** What a softmax of the rows needs: x, max and Σ e^(x − max). */
  softmaxTerms(x: GpuTensor): {
    readonly x: Reading;
    readonly max: Reading;
    readonly sum: Reading;
  } {
    const read = this.read(x);
    const max = this.readPerRow(reduceRows(this.#engine, ROWS.max, this, { x: read }));
    const sum = reduceRows(this.#engine, sumOfExp, this, { x: read, max });
    return { x: read, max, sum: this.readPerRow(sum) };
  }
}
