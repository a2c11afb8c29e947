import type { Evaluation } from "./evaluate.ts";

/**
 * An evaluation as it goes into JSON. JSON knows no infinity, and `null` would read as "not known": where a
 * number is infinite, the string `"Infinity"` stands, which JavaScript's `Number` and Python's `float` read back.
 */
export function evaluationJson(evaluation: Evaluation): Record<keyof Evaluation, unknown> {
  const write = (value: unknown) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value);
  return Object.fromEntries(
    Object.entries(evaluation).map(([name, value]) => [name, write(value)]),
  ) as Record<keyof Evaluation, unknown>;
}
