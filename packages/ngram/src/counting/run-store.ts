import type { ByteSink } from "./count-encoder.ts";

/** Keeps sorted runs of counts until they are merged: bytes that are written once and then read in order. */
export interface RunStore {
  /** Stores a run. */
  add(write: (sink: ByteSink) => void): void;
  /** All runs so far, each to be read once. */
  runs(): Iterable<Uint8Array>[];
  /** Forgets all runs. */
  close(): void;
}

/** Runs in memory. */
export class MemoryRuns implements RunStore {
  #runs: Uint8Array[][] = [];

  add(write: (sink: ByteSink) => void): void {
    const run: Uint8Array[] = [];
    write((bytes) => run.push(bytes));
    this.#runs.push(run);
  }

  runs(): Iterable<Uint8Array>[] {
    return this.#runs;
  }

  close(): void {
    this.#runs = [];
  }
}
