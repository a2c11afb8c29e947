import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentenceSpans, windowSpans } from "./spans.ts";

describe("windowSpans", () => {
  it("cuts eleven tokens into windows of four", () => {
    const spans = [...windowSpans({ start: 0, end: 11 }, { window: 4, stride: 4 })];
    expect(spans).toEqual([
      { start: 0, end: 5, scoredFrom: 1 },
      { start: 4, end: 9, scoredFrom: 5 },
      { start: 8, end: 11, scoredFrom: 9 },
    ]);
  });

  it("counts only the last predictions of overlapping windows", () => {
    const spans = [...windowSpans({ start: 10, end: 19 }, { window: 4, stride: 3 })];
    expect(spans).toEqual([
      { start: 10, end: 15, scoredFrom: 11 },
      { start: 13, end: 18, scoredFrom: 15 },
      { start: 16, end: 19, scoredFrom: 18 },
    ]);
  });

  it("covers every token but the first exactly once, each with what context there is", () => {
    const sizes = fc.record({ tokens: fc.nat(60), window: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(5), ({ tokens, window }, rest, start) => {
        const stride = 1 + (rest % window);
        const end = start + tokens;
        const scored: number[] = [];
        for (const [k, span] of [...windowSpans({ start, end }, { window, stride })].entries()) {
          expect(span.start).toBe(start + k * stride);
          expect(span.end).toBe(Math.min(span.start + window + 1, end));
          expect(span.end - span.scoredFrom).toBeLessThanOrEqual(k === 0 ? window : stride);
          for (let i = span.scoredFrom; i < span.end; i++) {
            scored.push(i);
            expect(i - span.start).toBeGreaterThanOrEqual(Math.min(i - start, window - stride + 1));
          }
        }
        expect(scored).toEqual(
          Array.from({ length: Math.max(tokens - 1, 0) }, (_, i) => start + 1 + i),
        );
      }),
    );
  });

  it("does not cut where there is no limit", () => {
    const unlimited = { window: Number.POSITIVE_INFINITY, stride: Number.POSITIVE_INFINITY };
    expect([...windowSpans({ start: 2, end: 9 }, unlimited)]).toEqual([
      { start: 2, end: 9, scoredFrom: 3 },
    ]);
  });
});

describe("sentenceSpans", () => {
  it.each([
    [
      [0, 5, 6, 0, 7, 0],
      [
        [0, 4],
        [3, 6],
      ],
    ],
    [
      [0, 0, 0],
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      [0, 5, 0, 6, 7],
      [
        [0, 3],
        [2, 5],
      ],
    ],
    [[0], []],
  ])("of %j are %j", (ids, expected) => {
    const spans = [...sentenceSpans(Int32Array.from(ids), 0)];
    expect(spans.map(({ start, end }) => [start, end])).toEqual(expected);
  });
});
