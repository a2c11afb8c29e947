import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteSink } from "../counting/count-encoder.ts";
import type { RunStore } from "../counting/run-store.ts";

const BLOCK = 1 << 18;

/**
 * Keeps the runs of an `NgramCounter` on disk, in one file in `folder` (by default the system's for temporary
 * files). The file has no name from the moment that it is open, so that nothing is left of it however the process
 * ends.
 */
export class SpilledRuns implements RunStore {
  readonly #file: number;
  readonly #ends: number[] = [];
  #length = 0;
  #isOpen = true;

  constructor(folder: string = tmpdir()) {
    const own = mkdtempSync(join(folder, "lm-counts-"));
    try {
      this.#file = openSync(join(own, "runs"), "wx+");
    } finally {
      rmSync(own, { recursive: true });
    }
  }

  add(write: (sink: ByteSink) => void): void {
    write((bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const written = writeSync(this.#file, bytes, at, bytes.length - at, this.#length);
        at += written;
        this.#length += written;
      }
    });
    this.#ends.push(this.#length);
  }

  runs(): Iterable<Uint8Array>[] {
    return this.#ends.map((end, i) => this.#read(i === 0 ? 0 : this.#ends[i - 1]!, end));
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  *#read(start: number, end: number): Generator<Uint8Array> {
    const block = new Uint8Array(Math.min(BLOCK, end - start));
    for (let at = start; at < end; ) {
      const length = readSync(this.#file, block, 0, Math.min(block.length, end - at), at);
      if (length === 0) throw new Error("SpilledRuns: the file of runs was cut off");
      yield block.subarray(0, length);
      at += length;
    }
  }
}
