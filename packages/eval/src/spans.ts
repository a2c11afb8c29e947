/** A piece of a text to be read on its own, from token `start` up to but not including token `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The first token that counts; those before it are context. */
  readonly scoredFrom: number;
}

/**
 * Cuts the tokens `start` to `end` − 1 into windows that read `window` tokens each (and predict as many: those
 * behind each of them), every window `stride` tokens further on than the one before. Of all but the first only
 * the last `stride` predictions count, so that every token but the first is scored exactly once.
 */
export function* windowSpans(
  { start, end }: Pick<Span, "start" | "end">,
  { window, stride }: { readonly window: number; readonly stride: number },
): Generator<Span> {
  let scoredFrom = start + 1;
  for (let first = start; scoredFrom < end; first += stride) {
    const last = Math.min(first + window + 1, end);
    yield { start: first, end: last, scoredFrom };
    scoredFrom = last;
  }
}

/** Sentence by sentence: each begins at the `eos` before it, which the first token of the text must be. */
export function* sentenceSpans(
  ids: Int32Array,
  eos: number,
): Generator<Pick<Span, "start" | "end">> {
  let start = 0;
  while (start + 1 < ids.length) {
    const close = ids.indexOf(eos, start + 1);
    const end = close < 0 ? ids.length : close + 1;
    yield { start, end };
    start = end - 1;
  }
}
