import { REDUCE } from "@lm/backend";
import { type ConformanceCase, given, random } from "../conformance-case.ts";

export const reductions: readonly ConformanceCase[] = REDUCE.flatMap((op): ConformanceCase[] => [
  ...[0, 1, 2].map(
    (axis): ConformanceCase => ({
      name: `${op} over axis ${axis}`,
      inputs: [random(3, 4, 5)],
      run: (b, _, [x]) => b.reduce(op, x!, axis),
    }),
  ),
  ...[1, 3, 4, 17, 131].flatMap((size): ConformanceCase[] => [
    {
      name: `${op} over a last axis of ${size}`,
      inputs: [random(3, size)],
      run: (b, _, [x]) => b.reduce(op, x!, 1),
    },
    {
      name: `${op} over a first axis of ${size}`,
      inputs: [random(size, 3)],
      run: (b, _, [x]) => b.reduce(op, x!, 0),
    },
  ]),
  {
    name: `${op} over an axis of size 0`,
    inputs: [random(2, 0, 3)],
    run: (b, _, [x]) => b.reduce(op, x!, 1),
    gradient: false,
  },
  {
    name: `${op} with nothing left`,
    inputs: [random(0, 3)],
    run: (b, _, [x]) => b.reduce(op, x!, 1),
  },
  {
    name: `${op} of special values`,
    inputs: [
      given(
        [4, 5],
        [
          [1, Number.NaN, 2, 3, 4],
          [1, Number.POSITIVE_INFINITY, 2, 3, 4],
          [1, Number.NEGATIVE_INFINITY, 2, 3, 4],
          Array(5).fill(Number.NEGATIVE_INFINITY),
        ].flat(),
      ),
    ],
    run: (b, _, [x]) => b.reduce(op, x!, 1),
    gradient: false,
  },
]);
