import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { wordTokenizer } from "@lm/text";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateOfTheUnion } from "../bench/repeated-text.ts";
import {
  countNgrams,
  ngram,
  readCountsParquet,
  readCountsTsv,
  writeCountsParquet,
  writeCountsTsv,
} from "../src/index.ts";
import { plain } from "./counted-texts.ts";

/** The query as the README has it. */
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, query] = /^```sql\n(.*?)^```$/ms.exec(readme)!;

/** Sentences with what SQL and CSV could take amiss, and two long speeches. */
const text = [
  ...stateOfTheUnion().slice(0, 2),
  "the cat sat on the mat",
  "he said \" the cat \" and 'left' , \\ so",
  "",
  "NULL null Null é ß 🙂 the cat",
  "the cat sat",
  "a",
].join("\n");

let folder: string;
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lm-duckdb-"));
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = text.split("\n").flatMap((line, sentence) => {
    const words = ["<s>", ...line.split(" ").filter((word) => word !== ""), "</s>"];
    return words.map((word, position) => JSON.stringify({ sentence, position, word }));
  });
  writeFileSync(join(folder, "tokens.json"), rows.join("\n"));
  await connection.run(
    `CREATE TABLE tokens AS SELECT * FROM read_json('${join(folder, "tokens.json")}')`,
  );
});
afterAll(() => {
  connection.closeSync();
  rmSync(folder, { recursive: true });
});

const tokenizer = wordTokenizer(text);
const { vocabulary } = tokenizer;
const counts = countNgrams(vocabulary, tokenizer.encode(text), { order: 3 });

describe("counts of DuckDB", () => {
  it("as Parquet give the model of the text, exactly", async () => {
    const path = join(folder, "counts.parquet");
    await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
    const read = await readCountsParquet(readFileSync(path), { vocabulary });
    expect(plain(read)).toEqual(plain(counts));
    const ids = tokenizer.encode(`\n${text}\nthe dog sat\n`);
    const fromText = ngram({ order: 3 }).fit(tokenizer, text).score([ids]);
    expect(ngram({ order: 3 }).fitCounts(read).score([ids])).toEqual(fromText);
  });

  it("as TSV are those of the text", async () => {
    const path = join(folder, "counts.tsv");
    const options = String.raw`FORMAT csv, DELIMITER '\t', QUOTE '', ESCAPE '', HEADER false`;
    expect(readme.replaceAll(/\s+/g, " ")).toContain(options);
    await connection.run(`COPY (${query}) TO '${path}' (${options})`);
    const read = await readCountsTsv(readFileSync(path, "utf8"), { vocabulary });
    expect(plain(read)).toEqual(plain(counts));
  });
});

describe("tables for DuckDB", () => {
  const total = "SELECT count(*)::INT AS ngrams, sum(count)::INT AS total FROM";
  const expected = {
    ngrams: counts.orders.reduce((sum, order) => sum + order.counts.filter(Boolean).length, 0),
    total: counts.orders.flatMap((order) => [...order.counts]).reduce((sum, n) => sum + n),
  };

  it("can be read as Parquet", async () => {
    const path = join(folder, "ours.parquet");
    writeFileSync(path, await writeCountsParquet(counts));
    const reader = await connection.runAndReadAll(`${total} '${path}'`);
    expect(reader.getRowObjects()).toEqual([expected]);
  });

  it("can be read as TSV", async () => {
    const path = join(folder, "ours.tsv");
    writeFileSync(path, [...writeCountsTsv(counts)].join(""));
    const columns = "columns = {'ngram': 'VARCHAR', 'count': 'BIGINT'}";
    const reader = await connection.runAndReadAll(
      `${total} read_csv('${path}', delim = '\t', quote = '', escape = '', header = false, ${columns})`,
    );
    expect(reader.getRowObjects()).toEqual([expected]);
  });
});
