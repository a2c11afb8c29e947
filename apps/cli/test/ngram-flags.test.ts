import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();

beforeAll(() => {
  writeFileSync(path("train.txt"), sampleText(300));
  writeFileSync(path("valid.txt"), sampleText(40));
  writeFileSync(path("odd.txt"), `${sampleText(20)}\n\nrare words stand once\n`);
  const { code, stderr } = lm("train", "ngram", "--data", "train.txt", "--out", "kn");
  if (code !== 0) throw new Error(stderr);
});

let count = 0;
/** Trains a model and says what its folder tells of it. */
function train(...flags: string[]) {
  const out = `run-${count++}`;
  const { code, stderr } = lm("train", "ngram", "--out", out, ...flags);
  expect(code, stderr).toBe(0);
  const facts = JSON.parse(lm("inspect", out, "--json").stdout);
  return { out, stderr, facts };
}
const bytes = (file: string) => readFileSync(path(file));

describe("lm train ngram", () => {
  it.each([
    ["mle", []],
    ["add:0.5", []],
    ["absolute", ["--form", "backoff", "--discounts", "0.5 0.6 0.7"]],
    ["katz", ["--maximum-count", "3", "--discount-fallback", "0.9,0.95,0.99"]],
    ["interpolation", ["--tying", "order", "--held-out", "valid.txt"]],
    ["interpolation", ["--weights", "0.9 0.7,0.8 0.4"]],
    ["witten-bell", ["--form", "backoff", "--closed-vocabulary"]],
    ["kneser-ney", ["--form", "backoff", "--discount-fallback", "simpler"]],
    ["modified-kneser-ney", ["--discounts", "0.5,1,1.5 0.6,1.1,1.4 0.7,1.2,1.6"]],
    ["stupid-backoff", ["--alpha", "0.3"]],
  ])("takes --smoothing %s %j", (name, flags) => {
    const { facts } = train("--data", "train.txt", "--smoothing", name, ...flags);
    expect(JSON.stringify(facts.model.smoothing)).toContain(name.replace("add:0.5", '"add":0.5'));
  });

  it("hands parameters on", () => {
    const kn = ["--data", "train.txt", "--discounts", "0.5,1,1.5 0.6,1.1,1.4 0.7,1.2,1.6"];
    expect(train(...kn).facts.discounts.map(({ "D3+": d }: { "D3+": number }) => d)).toEqual([
      1.5, 1.4, 1.6,
    ]);
    const weights = ["--data", "train.txt", "--smoothing", "interpolation", "--weights"];
    expect(train(...weights, "0.9 0.7,0.8 0.4").facts.model.smoothing).toEqual({
      interpolation: { weights: [[0.9], [0.7, 0.8], [0.4]] },
    });
  });

  it("makes models smaller", () => {
    const whole = train("--data", "train.txt").facts;
    const pruned = train("--data", "train.txt", "--prune-entropy", "1e-3").facts;
    expect(pruned.ngrams[2].count).toBeLessThan(whole.ngrams[2].count);
    expect(train("--data", "train.txt", "--prune", "0 0 1").facts.ngrams[2].count).toBeLessThan(
      whole.ngrams[2].count,
    );
    const { facts, stderr } = train("--data", "train.txt", "--quantize");
    expect(facts.bytes).toBeLessThan(0.8 * whole.bytes);
    expect(stderr).toContain("note: quantised");
  });

  it("cuts the vocabulary, and says what became of the rest", () => {
    const { facts, stderr } = train("--data", "odd.txt", "--tokenizer", "word:min=2");
    expect(facts.vocabulary).toBe(3 + 10);
    expect(stderr).toContain("note: 4 unknown words of the text were skipped");
    expect(train("--data", "odd.txt", "--tokenizer", "word:5").facts.vocabulary).toBe(5);
    const counted = train("--data", "odd.txt", "--tokenizer", "word:5", "--unknown", "count");
    expect(counted.stderr).not.toContain("skipped");
  });

  it("counts blank lines or not", () => {
    const sentences = (...flags: string[]) =>
      JSON.parse(
        lm("inspect", train("--data", "odd.txt", ...flags).out, "--words", "<s>", "--json").stdout,
      ).bigrams.unigramCounts[0];
    expect([sentences(), sentences("--blank-lines", "skip")]).toEqual([23, 21]);
  });

  it("estimates from the counts of another run as from its text", () => {
    const { out } = train("--counts", "kn");
    expect(bytes(`${out}/model.ngram`)).toEqual(bytes("kn/model.ngram"));
    expect(bytes(`${out}/tokenizer.json`)).toEqual(bytes("kn/tokenizer.json"));
    const shorter = train("--counts", "kn", "--order", "2", "--smoothing", "witten-bell");
    const counted = train("--data", "train.txt", "--order", "2", "--smoothing", "witten-bell");
    expect(bytes(`${shorter.out}/model.ngram`)).toEqual(bytes(`${counted.out}/model.ngram`));
  });
});

describe("lm export and lm import", () => {
  it.each(["table.tsv", "table.tsv.gz", "table.parquet"])("take counts by %s", (file) => {
    expect(lm("export", "kn", "--format", "counts", "--out", file).code).toBe(0);
    expect(existsSync(path(`${file}.next`))).toBe(false);
    const { out } = train("--counts", file, "--tokenizer", "kn");
    expect(bytes(`${out}/model.ngram`)).toEqual(bytes("kn/model.ngram"));
    // Without a tokenizer the words of the table are the vocabulary, in another order.
    const facts = train("--counts", file).facts;
    expect(facts.ngrams).toEqual(JSON.parse(lm("inspect", "kn", "--json").stdout).ngrams);
  });

  it("write tables that other programs read", () => {
    lm("export", "kn", "--format", "counts", "--out", "plain.tsv");
    const lines = readFileSync(path("plain.tsv"), "utf8").trimEnd().split("\n");
    const text = readFileSync(path("train.txt"), "utf8");
    const the = lines.find((line) => line.startsWith("the\t"));
    expect(the).toBe(`the\t${text.match(/\bthe\b/g)!.length}`);
    expect(lines).toContain(`<s>\t300`);
  });

  it("pack ARPA files, and unpack them", () => {
    expect(lm("export", "kn", "--format", "arpa", "--out", "kn.arpa.gz").code).toBe(0);
    expect(lm("export", "kn", "--format", "arpa", "--out", "kn.arpa").code).toBe(0);
    expect(gunzipSync(bytes("kn.arpa.gz"))).toEqual(bytes("kn.arpa"));
    expect(lm("import", "kn.arpa.gz", "--out", "unpacked").code).toBe(0);
    const evaluate = (folder: string) =>
      JSON.parse(lm("eval", folder, "--data", "valid.txt", "--json").stdout)[0].crossEntropy;
    expect(evaluate("unpacked")).toBe(evaluate("kn"));
    expect(lm("inspect", "kn.arpa.gz").stdout).toContain("order: 3");
  });

  it("repair ARPA files that are wrong, where asked to", () => {
    lm("export", "kn", "--format", "arpa", "--out", "whole.arpa");
    const whole = readFileSync(path("whole.arpa"), "utf8");
    writeFileSync(path("wrong.arpa"), whole.replace(/^ngram 2=\d+/m, "ngram 2=7"));
    expect(lm("import", "wrong.arpa", "--out", "wrong").code).toBe(2);
    expect(existsSync(path("wrong"))).toBe(false);
    const { code, stderr } = lm("import", "wrong.arpa", "--out", "repaired", "--repair");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^repaired: ARPA file, line \d+: /);
  });
});

describe("bad input is refused", () => {
  const data = ["--data", "train.txt"];
  beforeAll(() => {
    writeFileSync(path("bad.tsv"), "the\tcat\n");
    writeFileSync(path("gap.tsv"), "the cat\t2\nthe\t2\n");
    writeFileSync(path("bad.parquet"), "PAR1, or not");
    writeFileSync(path("bad.counts"), "nothing");
    writeFileSync(path("bad.arpa.gz"), "\\data\\\n");
    writeFileSync(path("latin.arpa.gz"), gzipSync(Uint8Array.of(0x5c, 0xff, 0x0a)));
    lm("export", "kn", "--format", "arpa", "--out", "some.arpa");
    lm("import", "some.arpa", "--out", "imported");
  });

  it.each([
    [[...data, "--smoothing", "katz", "--alpha", "1"], "--alpha is for stupid-backoff, not for"],
    [[...data, "--form", "both"], "'--form <form>' argument 'both'"],
    [[...data, "--smoothing", "katz", "--form", "backoff"], "--form is for"],
    [[...data, "--smoothing", "kneser-ney", "--discounts", "0.5,1 1 1"], "has one discount"],
    [[...data, "--discounts", "0.5"], "it must be three numbers"],
    [[...data, "--discounts", "0.5,1,x"], "'--discounts <lists>' argument"],
    [[...data, "--discount-fallback", "never"], "'--discount-fallback <way>' argument"],
    [[...data, "--discounts", "1 1 1", "--discount-fallback", "error"], "nothing to fall back"],
    [[...data, "--smoothing", "interpolation", "--held-out", "none.txt"], "none.txt: no such file"],
    [[...data, "--smoothing", "interpolation", "--weights", "0.5"], "weights for 1 orders"],
    [[...data, "--prune-entropy", "-1"], "'--prune-entropy <rise>' argument"],
    [[...data, "--smoothing", "mle", "--prune-entropy", "1e-7"], "must back off to shorter"],
    [[...data, "--prune", "1 1"], "prune is [1, 1]"],
    [[...data, "--tokenizer", "word:2"], "wordTokenizer: maximumSize is 2"],
    [[...data, "--tokenizer", "word:many"], "argument 'word:many' is invalid"],
    [["--data", "odd.txt", "--tokenizer", "word:min=2", "--unknown", "error"], "is <unk>"],
    [[...data, "--tokenizer", "word:5", "--unknown", "count", "--closed-vocabulary"], "closed"],
    [[], "nothing to count; give a text, --data FILE, or --counts PATH"],
    [[...data, "--counts", "kn"], "--data and --counts"],
    [["--counts", "kn", "--order", "4"], "--order is 4, but the counts go up to order 3"],
    [["--counts", "kn", "--unknown", "count"], "--unknown is for counting --data"],
    [["--counts", "kn", "--tokenizer", "char"], "--tokenizer learns from --data"],
    [["--counts", "none.tsv"], "none.tsv: no such file"],
    [["--counts", "train.txt"], "train.txt: is no file of counts"],
    [["--counts", "imported"], "imported/model.counts: no such file"],
    [["--counts", "bad.tsv"], "bad.tsv: n-gram table, line 1"],
    [["--counts", "gap.tsv"], "gap.tsv: n-gram table"],
    [["--counts", "bad.parquet"], "bad.parquet: n-gram table: this is no Parquet file"],
    [["--counts", "bad.counts"], "bad.counts: n-gram counts, byte 0: the file does not begin with"],
  ])("lm train ngram %j", (flags, message) =>
    expectRefusal(["train", "ngram", "--out", "out", ...flags], message),
  );

  it.each([
    [["export", "kn", "--format", "counts", "--out", "x.txt"], "x.txt: its name must say how"],
    [["export", "kn", "--format", "counts", "--out", "bad.tsv"], "bad.tsv: is there already"],
    [["export", "imported", "--format", "counts", "--out", "x.tsv"], "imported: keeps no counts"],
    [["import", "bad.tsv", "--out", "x"], "bad.tsv: looks like counts"],
    [["import", "kn", "--out", "x", "--repair"], "kn: is a folder; --repair is for ARPA files"],
    [["import", "bad.arpa.gz", "--out", "x"], /^lm: bad\.arpa\.gz: .*line \d/],
    [
      ["import", "latin.arpa.gz", "--out", "x"],
      "latin.arpa.gz: ARPA file, line 1: the bytes are neither UTF-8 nor gzip",
    ],
  ])("lm %j", (args, message) => expectRefusal(args, message));

  function expectRefusal(args: readonly string[], message: string | RegExp): void {
    const before = readdirSync(path("."));
    const { code, stdout, stderr } = lm(...args);
    expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(readdirSync(path("."))).toEqual(before);
  }
});
