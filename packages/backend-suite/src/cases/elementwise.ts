import { BINARY, COMPARE, UNARY } from "@lm/backend";
import { type ConformanceCase, given, positive, random } from "../conformance-case.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;
/** Every special value meets every other one. */
const specials = [0, -0, 1, -1, 1e-30, -1e30, infinity, minusInfinity, nan];
const pairs = specials.flatMap((a) => specials.map((b) => [a, b] as const));

// Sizes around the widths that vector kernels work in, shapes that broadcast in every way.
const lengths = [1, 3, 4, 5, 8, 31, 67];
const broadcasts: readonly (readonly [string, number[], number[]])[] = [
  ["equal shapes", [2, 3], [2, 3]],
  ["a row", [4, 3], [3]],
  ["a row in front", [3], [4, 3]],
  ["a column", [4, 5], [4, 1]],
  ["a column in front", [4, 1], [4, 5]],
  ["a row and a column", [4, 1, 3], [2, 1]],
  ["a middle axis", [2, 3, 5], [2, 1, 5]],
  ["a scalar tensor", [3, 5], []],
  ["an axis of size 0", [0, 3], [1, 3]],
];

const unary = UNARY.flatMap((op): ConformanceCase[] => [
  ...lengths.map(
    (length): ConformanceCase => ({
      name: `${op} of ${length}`,
      inputs: [positive(length)],
      run: (b, _, [x]) => b.unary(op, x!),
    }),
  ),
  {
    name: `${op} of negative and positive values`,
    inputs: [given([12], [-30, -9, -3.1, -2, -0.7, -0.1, 0.1, 0.7, 2, 3.1, 9, 30])],
    run: (b, _, [x]) => b.unary(op, x!),
    gradient: false,
  },
  {
    name: `${op} of special values`,
    inputs: [given([specials.length], specials)],
    run: (b, _, [x]) => b.unary(op, x!),
    gradient: false,
  },
  {
    name: `${op} of nothing`,
    inputs: [random(0, 3)],
    run: (b, _, [x]) => b.unary(op, x!),
  },
]);

const binary = BINARY.flatMap((op): ConformanceCase[] => [
  ...broadcasts.map(
    ([how, left, right]): ConformanceCase => ({
      name: `${op} with ${how}`,
      inputs: [positive(...left), positive(...right)],
      run: (b, _, [x, y]) => b.binary(op, x!, y!),
    }),
  ),
  ...lengths.map(
    (length): ConformanceCase => ({
      name: `${op} of ${length}`,
      inputs: [positive(length), positive(length)],
      run: (b, _, [x, y]) => b.binary(op, x!, y!),
    }),
  ),
  {
    name: `${op} with a number on the right`,
    inputs: [random(3, 5)],
    run: (b, _, [x]) => b.binary(op, x!, 0.75),
  },
  {
    name: `${op} with a number on the left`,
    inputs: [positive(3, 5)],
    run: (b, _, [x]) => b.binary(op, 0.25, x!),
  },
  {
    name: `${op} of a tensor with itself`,
    inputs: [positive(7)],
    run: (b, _, [x]) => b.binary(op, x!, x!),
  },
  {
    name: `${op} of special values`,
    inputs: [
      given(
        [pairs.length],
        pairs.map(([a]) => a),
      ),
      given(
        [pairs.length],
        pairs.map(([, b]) => b),
      ),
    ],
    run: (b, _, [x, y]) => b.binary(op, x!, y!),
    gradient: false,
  },
]);

const compare = COMPARE.flatMap((op): ConformanceCase[] => [
  ...broadcasts.map(
    ([how, left, right]): ConformanceCase => ({
      name: `${op} with ${how}`,
      inputs: [random(...left), random(...right)],
      run: (b, _, [x, y]) => b.compare(op, x!, y!),
      gradient: false,
    }),
  ),
  {
    name: `${op} with numbers`,
    inputs: [given([5], [-1, 0, 0.5, 1, 2])],
    run: (b, _, [x]) => b.binary("add", b.compare(op, x!, 0.5), b.compare(op, 0.5, x!)),
    gradient: false,
  },
  {
    name: `${op} of special values`,
    inputs: [
      given(
        [pairs.length],
        pairs.map(([a]) => a),
      ),
      given(
        [pairs.length],
        pairs.map(([, b]) => b),
      ),
    ],
    run: (b, _, [x, y]) => b.compare(op, x!, y!),
    gradient: false,
  },
]);

const where: ConformanceCase[] = [
  {
    name: "where",
    inputs: [given([2, 3], [1, 0, -2, 0, 0.5, 0]), random(2, 3), random(2, 3)],
    run: (b, _, [mask, x, y]) => b.where(mask!, x!, y!),
  },
  {
    name: "where with broadcasting of all three",
    inputs: [given([3, 1], [0, 1, 0]), random(2, 1, 1), random(5)],
    run: (b, _, [mask, x, y]) => b.where(mask!, x!, y!),
  },
  {
    name: "where with numbers",
    inputs: [given([4], [1, 0, 0, 1]), random(4)],
    run: (b, _, [mask, x]) => b.where(mask!, x!, b.where(mask!, 2, x!)),
  },
  {
    name: "where does not let NaN through from the other side",
    inputs: [given([2], [1, 0]), given([2], [3, nan]), given([2], [infinity, 4])],
    run: (b, _, [mask, x, y]) => b.where(mask!, x!, y!),
    gradient: false,
  },
  {
    name: "where both sides are one tensor",
    inputs: [given([3], [1, 0, 1]), random(3)],
    run: (b, _, [mask, x]) => b.where(mask!, x!, x!),
  },
];

export const elementwise: readonly ConformanceCase[] = [...unary, ...binary, ...compare, ...where];
