/** The middle of some measurements, and how far the middle half of them spreads. */
export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** With linear interpolation, as NumPy's `quantile`. @throws RangeError for no values. */
export function quartiles(values: readonly number[]): Quartiles {
  if (values.length === 0) throw new RangeError("quartiles: there are no values");
  const sorted = values.toSorted((x, y) => x - y);
  const at = (part: number) => {
    const place = part * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    const above = sorted[Math.ceil(place)]!;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}
