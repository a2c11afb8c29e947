/** Times of short programs on a noisy machine. */

export interface Timing {
  /** Seconds for one run. */
  readonly fastest: number;
  readonly median: number;
}

/** Runs `run` in short batches for about `seconds` and times them. The first tenth warms the compiler up. */
export function measure(run: () => void, seconds = 0.4): Timing {
  const batch = batchSize(run);
  const times: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  for (let now = begin; now < end || times.length < 5; ) {
    for (let i = 0; i < batch; i++) run();
    const after = performance.now();
    if (now > begin + seconds * 100) times.push((after - now) / 1000 / batch);
    now = after;
  }
  times.sort((x, y) => x - y);
  return { fastest: times[0]!, median: times[times.length >> 1]! };
}

/** So many runs take about a millisecond. */
function batchSize(run: () => void): number {
  for (let batch = 1; ; batch *= 2) {
    const begin = performance.now();
    for (let i = 0; i < batch; i++) run();
    if (performance.now() - begin > 1) return batch;
  }
}

/** Prints rows of cells in columns, the first one to the left. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  "),
    );
}
