import type { Handle } from "@lm/backend";

/** A handle of the inner backend, and its place on the tape. */
export interface Tracked<T extends Handle> extends Handle {
  readonly value: T;
  /** The op that made it; null for a constant. */
  readonly node: TapeNode<T> | null;
  /** Which of that op's outputs it is. */
  readonly output: number;
}

/**
 * Vector–Jacobian product: from the gradients of an op's outputs (undefined where the loss does not depend on one) those of
 * its parents. A parent that is a constant need not be given any.
 */
export type Vjp<T> = (gradients: readonly (T | undefined)[]) => readonly (T | undefined)[];

/** An op on the tape. Ids grow as the tape does, so descending ids are a topological order. */
export interface TapeNode<T extends Handle> {
  readonly id: number;
  readonly parents: readonly Tracked<T>[];
  readonly vjp: Vjp<T>;
}
