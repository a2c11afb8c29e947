/** No GPU, or not the one that was asked for, answered. The message says what each mode said. */
export class GpuUnavailableError extends Error {
  override readonly name = "GpuUnavailableError";
}

/**
 * The device or the context was lost: the driver was reset, or the system took the GPU away. All tensors on it are
 * gone; open the engine again and go on from the last checkpoint.
 */
export class GpuLostError extends Error {
  override readonly name = "GpuLostError";
}

/** The device refused or failed at something. What was computed since is not to be trusted. */
export class GpuError extends Error {
  override readonly name = "GpuError";
  /** The op that was computed, with the step of it: `softmax`, `attention.scores`. */
  readonly operation: string;

  constructor(operation: string, reason: string, options?: ErrorOptions) {
    super(`gpu: ${operation}: ${reason}`, options);
    this.operation = operation;
  }
}

/** A size that the device cannot take, found before it was asked. */
export class GpuLimitError extends Error {
  override readonly name = "GpuLimitError";
}
