import { styleText } from "node:util";

/** A column: its title, and how its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A plain table for a terminal: aligned columns, a line under the titles. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => [...row[i]!].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const space = " ".repeat(widths[i]! - [...cell].length);
        return columns[i]!.align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return [
    styleText("bold", line(columns.map(({ title }) => title)), { stream: process.stdout }),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
  ].join("\n");
}
