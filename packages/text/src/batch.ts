/** The examples of one training step. */
export interface Batch {
  /** Token ids, row-major `[rows, length]`. */
  readonly inputs: Int32Array;
  /**
   * What to predict at each place, `[rows, length]`: the token that follows. A negative id counts for
   * nothing.
   */
  readonly targets: Int32Array;
  readonly rows: number;
  readonly length: number;
  /** Whether each row goes on where the same row of the previous step stopped (a state may be carried over). */
  readonly continues: boolean;
}

/**
 * Training data. A batch is a pure function of the step, so a resumed run sees the same examples with no
 * cursor to save but the step itself.
 */
export interface BatchSource {
  batch(step: number): Batch;
  /** Steps until every token has been seen about once. */
  readonly stepsPerEpoch: number;
}
