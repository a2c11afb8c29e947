import type { LookupStep } from "@lm/ngram";
import { formatTable } from "../terminal/table.ts";
import type { BigramTable } from "./bigram-table.ts";
import type { ContextLine, NextTokens } from "./next-tokens.ts";

const right = (title: string) => ({ title, align: "right" as const });

/** Three digits, as in textbooks: 0.33, 0.0036, 2.1e-7. */
export function formatProbability(p: number): string {
  if (p === 0) return "0";
  return p < 1e-5 ? p.toExponential(1) : `${Number(p.toPrecision(2))}`;
}

/** `3✗ -0.3979 → 2✓`: the orders that were asked, the price of each that did not list the token. */
export function formatPath(
  path: readonly Pick<LookupStep, "contextLength" | "isListed" | "log10">[],
): string {
  return path
    .map((step) => `${step.contextLength + 1}${step.isListed ? "✓" : `✗ ${step.log10.toFixed(4)}`}`)
    .join(" → ");
}

export const contextName = ({ context }: Pick<ContextLine, "context">) =>
  context.length === 0 ? "(nothing)" : context.map(shown).join(" ");

/** A token as it can be seen: `\n` for a line feed. */
export const shown = (token: string) =>
  token.trim() === "" ? JSON.stringify(token) : JSON.stringify(token).slice(1, -1);

export function printBigrams({ words, probabilities, note, ...counted }: BigramTable): void {
  const { counts, unigramCounts, relativeFrequencies } = counted;
  const matrix = (rows: readonly (readonly number[])[], format: (value: number) => string) =>
    rows.map((row, i) => [shown(words[i]!), ...row.map(format)]);
  const columns = [{ title: "" }, ...words.map((word) => right(shown(word)))];
  if (counts && unigramCounts && relativeFrequencies) {
    const rows = matrix(counts, (count) => count.toLocaleString("en"));
    console.log("\nbigram counts, c(row column); in the last column c(row):");
    console.log(
      formatTable(
        [...columns, right("c")],
        rows.map((row, i) => [...row, unigramCounts[i]!.toLocaleString("en")]),
      ),
    );
    console.log("\nrelative frequencies, c(row column) / c(row):");
    console.log(formatTable(columns, matrix(relativeFrequencies, formatProbability)));
  }
  console.log("\nsmoothed probabilities, p(column | row):");
  console.log(formatTable(columns, matrix(probabilities, formatProbability)));
  if (note) console.log(`(${note})`);
}

export function printNextTokens({ contexts, best, others }: NextTokens): void {
  const isCounted = best.some(({ count }) => count !== undefined);
  const number = (value: number | undefined) => value?.toLocaleString("en") ?? "";
  console.log("\nback-off path:");
  console.log(
    formatTable(
      [
        { title: "context" },
        ...(isCounted ? [right("count")] : []),
        right("different words behind it"),
        right("back-off weight"),
      ],
      contexts.map((line) => [
        contextName(line),
        ...(isCounted ? [number(line.count)] : []),
        number(line.continuations),
        line.backoff === undefined ? "" : line.backoff.toFixed(4),
      ]),
    ),
  );
  console.log(`\nnext, after ${contextName(contexts[0]!)}:`);
  console.log(
    formatTable(
      [
        { title: "token" },
        right("probability"),
        ...(isCounted ? [right("count")] : []),
        right("order"),
        { title: "path" },
      ],
      [
        ...best.map(({ token, probability, count, order, path }) => [
          shown(token),
          probability.toFixed(6),
          ...(isCounted ? [number(count)] : []),
          `${order}`,
          formatPath(path),
        ]),
        ...(others.count > 0
          ? [
              [
                `${others.count.toLocaleString("en")} others`,
                others.probability.toFixed(6),
                ...(isCounted ? [""] : []),
                "",
                "",
              ],
            ]
          : []),
      ],
    ),
  );
}
