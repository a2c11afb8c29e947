import type { ReduceOp } from "@lm/backend";
import { flatKernel, type Kernel, kernel, type Parameters, X, Y, Z } from "../kernel.ts";

/** A reduction in two forms: one thread for each result, or several, each of which takes a part of the numbers. */
export interface Reduction {
  readonly op: ReduceOp;
  readonly whole: Kernel;
  /** Part p of `parts` takes the numbers p, p + parts, p + 2 · parts, …, `count` of them in all. */
  readonly inParts: Kernel;
}

/** Numbers in rows that are reduced: the expression for one, given expressions for its row and place. */
type RowTerm = (row: string, place: string) => string;
/** Rows of numbers that are reduced column by column. */
type ColumnTerm = (place: string, column: string, outer: string) => string;

const whole = { count: "integer" } as const;
const inParts = { count: "integer", parts: "integer" } as const;

/** The reduction of each row of what `term` says. One thread walks a row; part of it, where there are parts. */
export function rowReduction(
  op: ReduceOp,
  name: string,
  parameters: Parameters,
  term: RowTerm,
): Reduction {
  const partPlace = `${X} + j * parts`;
  return {
    op,
    whole: flatKernel(
      `${name}.rows`,
      { ...parameters, ...whole },
      LOOPS[op](term(X, "j"), term(X, "0")),
    ),
    inParts: kernel(
      `${name}.rowParts`,
      { ...parameters, ...inParts },
      LOOPS[op](term(Y, partPlace), term(Y, X), `${partPlace} < count`),
    ),
  };
}

/** The reduction of each column of what `term` says, for each `outer`. */
export function columnReduction(
  op: ReduceOp,
  name: string,
  parameters: Parameters,
  term: ColumnTerm,
): Reduction {
  const partPlace = `${Y} + j * parts`;
  return {
    op,
    whole: kernel(
      `${name}.columns`,
      { ...parameters, ...whole },
      LOOPS[op](term("j", X, Y), term("0", X, Y)),
    ),
    inParts: kernel(
      `${name}.columnParts`,
      { ...parameters, ...inParts },
      LOOPS[op](term(partPlace, X, Z), term(Y, X, Z), `${partPlace} < count`),
    ),
  };
}

/** The loops over terms; `condition`, where there is one, says which terms there are. */
const LOOPS: Record<ReduceOp, (term: string, first: string, condition?: string) => string> = {
  sum: (term, _, condition) => `
    let s = 0.0;
    for (let j = 0; j < count; j++) { ${when(condition, `s += ${term};`)} }
    return s;`,
  // NaN wins: it is neither greater nor not greater, and what is added to it becomes it.
  max: (term, first, condition) => `
    let m = ${first};
    for (let j = 1; j < count; j++) {
      ${when(condition, `const v = ${term}; if (v > m) { m = v; } else { if (v <= m) { m = m; } else { m = m + v; } }`)}
    }
    return m;`,
};

const when = (condition: string | undefined, statements: string) =>
  condition === undefined ? statements : `if (${condition}) { ${statements} }`;

const x = { x: "tensor" } as const;

/** The plain reductions: of rows `[rows, n]`, and of columns `[outer, n, inner]`. */
export const ROWS: Record<ReduceOp, Reduction> = {
  sum: rowReduction("sum", "sum", x, (row, place) => `x[0][${row}][${place}]`),
  max: rowReduction("max", "max", x, (row, place) => `x[0][${row}][${place}]`),
};
export const COLUMNS: Record<ReduceOp, Reduction> = {
  sum: columnReduction(
    "sum",
    "sum",
    x,
    (place, column, outer) => `x[${outer}][${place}][${column}]`,
  ),
  max: columnReduction(
    "max",
    "max",
    x,
    (place, column, outer) => `x[${outer}][${place}][${column}]`,
  ),
};
