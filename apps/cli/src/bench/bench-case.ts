import type { Backend } from "@lm/backend";

/** Something that is measured. */
export interface BenchCase {
  readonly group: BenchGroup;
  readonly name: string;
  /** What is said of it, from the seconds that one run takes. */
  readonly figures: readonly Figure[];
  /** Seconds that it is measured for, about. */
  readonly seconds: number;
  /** Makes the data. */
  prepare(place: BenchPlace): PreparedCase;
}

interface Figure {
  readonly unit: BenchUnit;
  /** The figure, where a run takes `seconds`. */
  readonly of: (seconds: number) => number;
}

export interface BenchPlace {
  readonly backend: Backend;
  readonly seed: number;
}

export interface PreparedCase {
  /** Does it so many times. */
  run(times: number): void | Promise<void>;
  /** Frees what was made. */
  close(): void | Promise<void>;
}

export const BENCH_GROUPS = ["matmul", "kernels", "training", "decoding", "dispatch"] as const;
export type BenchGroup = (typeof BENCH_GROUPS)[number];

/** The units, and whether more of them is better. */
export const BENCH_UNITS = {
  "GFLOP/s": { isMoreBetter: true },
  "ns/element": { isMoreBetter: false },
  "ms/step": { isMoreBetter: false },
  "tokens/s": { isMoreBetter: true },
  "µs/op": { isMoreBetter: false },
} as const;
export type BenchUnit = keyof typeof BENCH_UNITS;

/** Runs `once` again and again. */
export const repeated = (once: () => void) => (times: number) => {
  for (let i = 0; i < times; i++) once();
};
