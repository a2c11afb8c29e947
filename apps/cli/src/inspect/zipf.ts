import type { NgramCounts } from "@lm/ngram";

/** Ranks and frequencies of the words of a text. */
export interface Zipf {
  readonly tokens: number;
  /** How many different tokens occur. */
  readonly types: number;
  /** Some hundred ranks, evenly spaced on a logarithmic axis, and how often the token of that rank occurs. */
  readonly points: readonly (readonly [rank: number, frequency: number])[];
  /** The slope of the straight line of least squares through these points, on logarithmic axes: −1 by Zipf's law. */
  readonly slope: number;
  /** The most frequent tokens. */
  readonly top: readonly { readonly token: string; readonly count: number }[];
}

const POINTS = 300;
const TOP = 10;

/** Zipf's law (1949): the frequency of a word is inversely proportional to its rank. `<s>` is not counted. */
export function zipf({ orders, bos, vocabulary }: NgramCounts): Zipf {
  const { counts } = orders[0]!;
  const ranked = Array.from(counts, (count, id) => ({ id, count }))
    .filter(({ id, count }) => count > 0 && id !== bos)
    .toSorted((a, b) => b.count - a.count);
  const ranks = Array.from({ length: POINTS }, (_, i) =>
    Math.round(ranked.length ** (i / (POINTS - 1))),
  );
  const points = [...new Set(ranks)].map((rank) => [rank, ranked[rank - 1]!.count] as const);
  return {
    tokens: ranked.reduce((sum, { count }) => sum + count, 0),
    types: ranked.length,
    points,
    slope: slopeOf(points.map(([rank, frequency]) => [Math.log(rank), Math.log(frequency)])),
    top: ranked.slice(0, TOP).map(({ id, count }) => ({ token: vocabulary.token(id), count })),
  };
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, p) => sum + p[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0);
  const variance = points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0);
  return covariance / variance;
}
