import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cutAt, longText, manyWords, plain } from "../../test/counted-texts.ts";
import { CountsFileError } from "../counting/counts-file.ts";
import { mergeCounts } from "../counting/merge-counts.ts";
import { NgramCounter } from "../counting/ngram-counter.ts";
import { countNgrams } from "../counts.ts";
import { loadCounts, mergeCountsFiles, saveCounts } from "./counts-files.ts";
import { SpilledRuns } from "./spilled-runs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lm counts "));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);

describe("SpilledRuns", () => {
  it("lets a counter count as in memory, and leaves nothing behind", () => {
    const ids = longText(40_000, 1);
    const runs = new SpilledRuns(folder);
    const counter = new NgramCounter(manyWords, { order: 4, runLength: 15_000, runs });
    for (const piece of cutAt(ids, [100, 9999])) counter.add(piece);
    expect(readdirSync(folder)).toEqual([]);
    expect(plain(counter.finish())).toEqual(plain(countNgrams(manyWords, ids, { order: 4 })));
    expect(() => runs.add((sink) => sink(Uint8Array.of(1)))).toThrow("bad file descriptor");
  });

  it("needs a folder", () => {
    expect(() => new SpilledRuns(path("nowhere"))).toThrow("no such file or directory");
  });
});

describe("files of counts", () => {
  it("hold what was counted, from memory or straight from the runs", () => {
    const ids = longText(20_000, 2);
    const counts = countNgrams(manyWords, ids, { order: 3 });
    saveCounts(path("memory"), counts);
    const runs = new SpilledRuns(folder);
    const counter = new NgramCounter(manyWords, { order: 3, runLength: 7000, runs });
    counter.add(ids);
    saveCounts(path("runs"), counter);
    expect(readdirSync(folder).sort()).toEqual(["memory", "runs"]);
    expect(readFileSync(path("runs"))).toEqual(readFileSync(path("memory")));
    expect(plain(loadCounts(path("runs")))).toEqual(plain(counts));
  });

  it("merge into one", () => {
    const counts = [3, 4, 5].map((seed) =>
      countNgrams(manyWords, longText(5000, seed), { order: 3 }),
    );
    for (const [i, each] of counts.entries()) saveCounts(path(`${i}`), each);
    mergeCountsFiles([path("0"), path("1"), path("2")], path("all"));
    expect(plain(loadCounts(path("all")))).toEqual(plain(mergeCounts(counts)));
  });

  it("name the file that is damaged, and write none from it", () => {
    const counts = countNgrams(manyWords, longText(100, 6), { order: 2 });
    saveCounts(path("a"), counts);
    const bytes = readFileSync(path("a"));
    bytes[bytes.length - 30]! ^= 1;
    writeFileSync(path("b"), bytes);
    const merge = () => mergeCountsFiles([path("a"), path("b")], path("all"));
    expect(merge).toThrow(CountsFileError);
    expect(merge).toThrow(path("b"));
    expect(() => loadCounts(path("b"))).toThrow(path("b"));
    writeFileSync(path("b"), "");
    expect(merge).toThrow('does not begin with "lm-count"');
    saveCounts(path("b"), countNgrams(manyWords, longText(100, 6), { order: 3 }));
    expect(merge).toThrow("counts of order 2 and 3");
    expect(() => mergeCountsFiles([], path("all"))).toThrow("there are no files to merge");
    expect(readdirSync(folder).sort()).toEqual(["a", "b"]);
  });

  it("are not left half written", () => {
    const counter = new NgramCounter(manyWords, { order: 2, runs: new SpilledRuns(folder) });
    expect(() => saveCounts(path("a"), counter)).toThrow("the text has no tokens");
    expect(readdirSync(folder)).toEqual([]);
  });
});
