import type { Kernels } from "../src/generated/kernels.ts";

/** Calls of each kernel and the time spent in them. */
export class KernelTimes {
  readonly #times = new Map<string, { calls: number; seconds: number }>();

  /** The same kernels, timed. */
  readonly observe = (kernels: Kernels): Kernels => {
    const timed: Record<string, unknown> = {};
    for (const [name, kernel] of Object.entries(kernels)) {
      if (typeof kernel !== "function") continue;
      const entry = { calls: 0, seconds: 0 };
      this.#times.set(name, entry);
      timed[name] = (...args: unknown[]) => {
        const begin = performance.now();
        const result = kernel(...args);
        entry.seconds += (performance.now() - begin) / 1000;
        entry.calls += 1;
        return result;
      };
    }
    return timed as unknown as Kernels;
  };

  reset(): void {
    for (const entry of this.#times.values()) {
      entry.calls = 0;
      entry.seconds = 0;
    }
  }

  get seconds(): number {
    return [...this.#times.values()].reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** Rows of a table: kernel, calls and milliseconds for each of `steps`. */
  rows(steps: number): string[][] {
    const used = [...this.#times].filter(([, { calls }]) => calls > 0);
    used.sort(([, x], [, y]) => y.seconds - x.seconds);
    return used.map(([name, { calls, seconds }]) => [
      name,
      (calls / steps).toFixed(0),
      ((seconds / steps) * 1000).toFixed(2),
    ]);
  }
}
