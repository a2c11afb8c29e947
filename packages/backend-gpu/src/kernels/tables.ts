import { flatKernel, kernel, X, Y } from "../kernel.ts";

/** Rows of a table; NaN where an index is not one of its rows. */
export const gatherRows = kernel(
  "gather",
  { table: "tensor", indices: "tensor", rows: "integer", nan: "float" },
  `const row = indices[0][0][${Y}];
  if (row >= 0.0) {
    if (row < rows) { return table[0][row][${X}]; }
  }
  return nan;`,
);

/**
 * `scatterAdd` without atomic addition: the places of each index are chained, and one thread for each element of the table
 * walks its chain. The first place of each row of the table; `count` where there is none.
 */
export const firstPlace = flatKernel(
  "scatterAdd.first",
  { indices: "tensor", count: "integer" },
  `let place = 0.0 + count;
  for (let i = 0; i < count; i++) {
    if (indices[0][0][i] == ${X}) { place = i; break; }
  }
  return place;`,
);

/** The next place with the same index; `count` where there is none. */
export const nextPlace = flatKernel(
  "scatterAdd.next",
  { indices: "tensor", count: "integer" },
  `const index = indices[0][0][${X}];
  let place = 0.0 + count;
  for (let i = 1; i < count; i++) {
    if (${X} + i >= count) { break; }
    if (indices[0][0][${X} + i] == index) { place = ${X} + i; break; }
  }
  return place;`,
);

/** The sum along each chain. */
export const chainSum = kernel(
  "scatterAdd",
  { source: "tensor", first: "tensor", next: "tensor", count: "integer" },
  `let s = 0.0;
  let place = first[0][0][${Y}];
  for (let i = 0; i < count; i++) {
    if (place >= count) { break; }
    s += source[0][place][${X}];
    place = next[0][0][place];
  }
  return s;`,
);
