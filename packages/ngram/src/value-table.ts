/** How many values a code of 8 bits can stand for. */
const CODES = 256;
const MOST_ITERATIONS = 50;

/**
 * At most 256 rising values that stand for all of `values`: those themselves where they are few, else the means of bins
 * that hold as many values each (Federico & Bertoldi 2006), moved until each value is in the bin of the nearest mean,
 * which lowers the squared error (Lloyd 1982). 0, a weight of 1, and −∞ stand for themselves.
 */
export function valueTable(values: Float32Array): Float32Array {
  const sorted = values.toSorted();
  const different = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (different.length <= CODES) return different;
  const isKept = (value: number) => value === 0 || value === Number.NEGATIVE_INFINITY;
  const kept = different.filter(isKept);
  const means = binMeans(
    sorted.filter((value) => !isKept(value)),
    CODES - kept.length,
  );
  return Float32Array.from([...kept, ...means]).sort();
}

function binMeans(sorted: Float32Array, bins: number): Float64Array {
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = sums[i]! + sorted[i]!;
  const starts = Int32Array.from({ length: bins + 1 }, (_, bin) =>
    Math.floor((bin * sorted.length) / bins),
  );
  const means = new Float64Array(bins);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    for (let bin = 0; bin < bins; bin++) {
      const [first, end] = [starts[bin]!, starts[bin + 1]!];
      // A bin that has lost all its values keeps its mean.
      if (first < end) means[bin] = (sums[end]! - sums[first]!) / (end - first);
    }
    let isMoved = false;
    for (let bin = 1; bin < bins; bin++) {
      const start = countBelow(sorted, (means[bin - 1]! + means[bin]!) / 2);
      if (start !== starts[bin]) isMoved = true;
      starts[bin] = start;
    }
    if (!isMoved) break;
  }
  return means;
}

/** For each value the index of the nearest in a rising table; what stands there itself is found. */
export function nearestCodes(values: Float32Array, table: Float32Array): Uint8Array<ArrayBuffer> {
  const borders = Float64Array.from(table.subarray(1), (value, i) => (table[i]! + value) / 2);
  return Uint8Array.from(values, (value) => countBelow(borders, value));
}

/** How many of some rising values are below `limit`. */
function countBelow(rising: Float32Array | Float64Array, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
