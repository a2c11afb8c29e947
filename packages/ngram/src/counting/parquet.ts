import type { NgramCounts } from "../counts.ts";
import { countsFromRows } from "./counts-from-rows.ts";
import { listNgrams } from "./list-ngrams.ts";
import { NgramTableError } from "./table-error.ts";
import { TableRows } from "./table-rows.ts";
import type { TableOptions } from "./tsv.ts";

/** A Parquet file: its bytes, or something that reads slices of it, as hyparquet's `asyncBufferFromFile` gives. */
export type ParquetSource =
  | Uint8Array
  | {
      readonly byteLength: number;
      slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
    };

const NGRAM = "ngram";
const COUNT = "count";

/**
 * Writes counts as a Parquet file with two columns: `ngram`, the words with one space between them, and `count`, a
 * 64-bit integer. Needs the package `hyparquet-writer`.
 * @throws NgramTableError for a vocabulary with tokens that are empty or have white space in them.
 */
export async function writeCountsParquet(counts: NgramCounts): Promise<Uint8Array> {
  const { ByteWriter, parquetWriteRows } = await needed(
    "hyparquet-writer",
    () => import("hyparquet-writer"),
  );
  const writer = new ByteWriter();
  function* rows() {
    for (const [ngram, count] of listNgrams(counts))
      yield { [NGRAM]: ngram, [COUNT]: BigInt(count) };
  }
  await parquetWriteRows({
    writer,
    rows: rows(),
    columns: [
      { name: NGRAM, type: "STRING", nullable: false },
      { name: COUNT, type: "INT64", nullable: false },
    ],
  });
  return writer.getBytes();
}

/**
 * Reads a Parquet file with the columns `ngram` and `count`, rows in any order, other columns ignored. Needs the
 * package `hyparquet`.
 * @throws NgramTableError for anything that is no such file, or has not all n-grams of a text.
 */
export async function readCountsParquet(
  source: ParquetSource,
  { vocabulary }: TableOptions = {},
): Promise<NgramCounts> {
  const { parquetMetadataAsync, parquetReadObjects } = await needed(
    "hyparquet",
    () => import("hyparquet"),
  );
  const file = source instanceof Uint8Array ? new Uint8Array(source).buffer : source;
  const metadata = await parsed(() => parquetMetadataAsync(file));
  const [, ...columns] = metadata.schema;
  const typeOf = (name: string) => columns.find((column) => column.name === name)?.type;
  const isTable =
    typeOf(NGRAM) === "BYTE_ARRAY" && ["INT32", "INT64"].includes(typeOf(COUNT) ?? "");
  if (!isTable)
    throw new NgramTableError(
      undefined,
      `the columns are ${columns.map(({ name, type }) => `${name} (${type})`).join(", ")}, but there must be ` +
        `${NGRAM}, a string, and ${COUNT}, a whole number`,
    );
  const rows = new TableRows();
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const group = await parsed(() =>
      parquetReadObjects({ file, metadata, columns: [NGRAM, COUNT], rowStart, rowEnd }),
    );
    for (const [i, { ngram, count }] of group.entries())
      addRow(rows, ngram, count, rowStart + i + 1);
    rowStart = rowEnd;
  }
  return countsFromRows(rows, vocabulary);
}

function addRow(rows: TableRows, ngram: unknown, count: unknown, row: number): void {
  if (typeof ngram !== "string" || (typeof count !== "bigint" && typeof count !== "number"))
    throw new NgramTableError(
      row,
      `the n-gram is ${ngram} and the count ${count}; neither may be missing`,
    );
  rows.add(ngram, count, row);
}

/** What a package that is not always there exports. */
async function needed<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new Error(`reading and writing Parquet needs the package ${name}; install it`, { cause });
  }
}

async function parsed<Result>(parse: () => Promise<Result>): Promise<Result> {
  try {
    return await parse();
  } catch (cause) {
    throw new NgramTableError(undefined, `this is no Parquet file, or a damaged one: ${cause}`, {
      cause,
    });
  }
}
