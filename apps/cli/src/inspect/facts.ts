import { formatTable } from "../terminal/table.ts";

/** What there is to say; lists of records are shown as tables. */
export type Facts = Readonly<Record<string, unknown>>;

/** Prints a line a fact; `countsOfCounts` is called "counts of counts". */
export function printFacts(facts: Facts, indent = ""): void {
  for (const [key, value] of Object.entries(facts)) {
    const name = key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    if (Array.isArray(value) && typeof value[0] === "object") {
      const columns = [...new Set(value.flatMap((row) => Object.keys(row as object)))];
      const numeric = (column: string) =>
        value.every((row) => typeof (row as Facts)[column] !== "string");
      console.log(`\n${name}:`);
      console.log(
        formatTable(
          columns.map((title) => ({ title, align: numeric(title) ? "right" : "left" })),
          value.map((row) => columns.map((column) => format((row as Facts)[column]))),
        ),
      );
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      console.log(`${indent}${name}:`);
      printFacts(value as Facts, `${indent}  `);
    } else console.log(`${indent}${name}: ${format(value)}`);
  }
}

function format(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "number"
    ? value.toLocaleString("en", { maximumFractionDigits: 6 })
    : String(value);
}
