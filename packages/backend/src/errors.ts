import type { Shape } from "./shape.ts";

/** Shapes that an operation cannot take. The message names the operation, what came and the remedy. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  readonly operation: string;
  readonly shapes: readonly Shape[];

  constructor(operation: string, shapes: readonly Shape[], reason: string) {
    super(`${operation}: ${shapes.map((shape) => `[${shape}]`).join(" and ")}: ${reason}`);
    this.operation = operation;
    this.shapes = shapes;
  }
}

/** A tensor was used after it had been freed. */
export class FreedTensorError extends Error {
  override readonly name = "FreedTensorError";
}

/** An engine ran out of memory, or out of what its address space can hold. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}
