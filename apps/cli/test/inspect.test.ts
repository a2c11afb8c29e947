import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();
const text = "i want to eat\ni want lunch\ni eat lunch\nto eat lunch i want to spend\n";

beforeAll(() => {
  writeFileSync(path("restaurant.txt"), text);
  writeFileSync(path("long.txt"), sampleText(300));
  for (const args of [
    ["ngram", "--data", "restaurant.txt", "--out", "mle", "--order", "2", "--smoothing", "mle"],
    ["ngram", "--data", "long.txt", "--out", "kn", "--order", "3"],
    ["ngram", "--data", "long.txt", "--out", "one", "--order", "1"],
    ["ngram", "--data", "long.txt", "--out", "char", "--tokenizer", "char"],
    [
      "ngram",
      "--data",
      "long.txt",
      "--out",
      "katz",
      "--smoothing",
      "katz",
      "--discounts",
      "0.9 0.9 0.5,0.8",
    ],
    ["lstm", "--data", "long.txt", "--out", "lstm", "--steps", "2", "--hidden", "8"],
  ]) {
    const { code, stderr } = lm("train", ...args);
    if (code !== 0) throw new Error(stderr);
  }
  lm("export", "kn", "--format", "arpa", "--out", "kn.arpa");
  lm("import", "kn.arpa", "--out", "arpa");
});

const json = (...args: string[]) => {
  const { code, stdout, stderr } = lm("inspect", ...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe("lm inspect --words", () => {
  it("counts the bigrams of the text, and their relative frequencies", () => {
    const { bigrams } = json("mle", "--words", "i want to eat lunch spend");
    expect(bigrams.words).toEqual(["i", "want", "to", "eat", "lunch", "spend"]);
    expect(bigrams.unigramCounts).toEqual([4, 3, 3, 3, 3, 1]);
    expect(bigrams.counts).toEqual([
      [0, 3, 0, 1, 0, 0],
      [0, 0, 2, 0, 1, 0],
      [0, 0, 0, 2, 0, 1],
      [0, 0, 0, 0, 2, 0],
      [1, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(bigrams.relativeFrequencies[0]).toEqual([0, 0.75, 0, 0.25, 0, 0]);
    // Maximum likelihood is just that.
    for (const [i, row] of bigrams.probabilities.entries())
      for (const [j, p] of row.entries())
        expect(p).toBeCloseTo(bigrams.relativeFrequencies[i][j], 6);
  });

  it("knows the beginning and the end of sentences", () => {
    const { bigrams } = json("mle", "--words", "<s> i lunch </s>");
    expect(bigrams.unigramCounts).toEqual([4, 4, 3, 4]);
    expect(bigrams.counts[0]).toEqual([0, 3, 0, 0]);
    expect(bigrams.counts.map((row: number[]) => row[3])).toEqual([0, 0, 2, 0]);
  });

  it("prints them as tables", () => {
    const { stdout } = lm("inspect", "mle", "--words", "i want");
    expect(stdout).toMatch(/^bigram counts.*\n +i +want +c\n.*\ni +0 +3 +4\nwant +0 +0 +3$/m);
    expect(stdout).toMatch(/^relative frequencies.*\n +i +want\n.*\ni +0 +0\.75$/m);
    expect(stdout).toMatch(/^smoothed probabilities/m);
    expect(lm("inspect", "kn", "--words", "the cat").stdout).toContain("train one of order 2");
  });

  it("shows probabilities alone where no counts are kept", () => {
    const { stdout, stderr } = lm("inspect", "arpa", "--words", "the cat");
    expect(stderr).toBe("note: arpa keeps no counts, so that only probabilities can be shown\n");
    expect(stdout).toContain("smoothed probabilities");
    expect(stdout).not.toContain("bigram counts");
  });
});

describe("lm inspect --context", () => {
  it("shows what comes next, most probable first, adding up to 1", () => {
    const { next } = json("kn", "--context", "the cat", "--top", "4");
    const probabilities = next.best.map(({ probability }: { probability: number }) => probability);
    expect(probabilities).toHaveLength(4);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    const sum = probabilities.reduce((total: number, p: number) => total + p, 0);
    expect(sum + next.others.probability).toBeCloseTo(1, 5);
    expect(next.best.length + next.others.count).toBe(json("kn").vocabulary - 1);
  });

  it("follows the back-off path, whose terms add up", () => {
    const { next } = json("kn", "--context", "the cat", "--top", "100");
    expect(next.contexts.map(({ context }: { context: string[] }) => context)).toEqual([
      ["the", "cat"],
      ["cat"],
      [],
    ]);
    for (const { probability, path: steps, order } of next.best) {
      const log10 = steps.reduce((total: number, step: { log10: number }) => total + step.log10, 0);
      if (order > 0) expect(log10).toBeCloseTo(Math.log10(probability), 5);
      for (const [i, step] of steps.slice(0, -1).entries())
        expect(10 ** step.log10).toBeCloseTo(next.contexts[i].backoff, 5);
    }
  });

  it("counts what the text holds, at the beginning of sentences too", () => {
    const lines = readFileSync(path("long.txt"), "utf8").split("\n");
    const { next } = json("kn", "--context", "<s> the", "--top", "100");
    expect(next.contexts[0]).toMatchObject({
      context: ["<s>", "the"],
      count: lines.filter((line) => /^the /.test(line)).length,
    });
    for (const { token, count } of next.best.filter(
      ({ token }: { token: string }) => !token.startsWith("<"),
    ))
      expect(count, token).toBe(
        lines.filter((line) => line.startsWith(`the ${token} `) || line === `the ${token}`).length,
      );
  });

  it("takes characters, and an empty context", () => {
    const { next } = json("char", "--context", "t h", "--top", "1");
    expect(next.best[0].token).toBe("e");
    expect(json("char", "--context", "").next.contexts).toHaveLength(1);
  });
});

describe("lm inspect of a run of n-grams", () => {
  it("shows counts of counts, and what discounts were estimated from", () => {
    const facts = json("kn");
    expect(facts.countsOfCounts).toHaveLength(3);
    // At the highest order Kneser–Ney takes the counts as they are.
    const { N1, N2, N3, N4 } = facts.countsOfCounts[2];
    expect(facts.discounts[2]).toMatchObject({ n1: N1, n2: N2, n3: N3, n4: N4, kind: "absolute" });
    const { stdout } = lm("inspect", "kn");
    expect(stdout).toMatch(/^counts of counts:\norder +N1 +N2/m);
    expect(stdout).toMatch(/^discounts:\norder +kind +D1 +D2 +D3\+ +source +n1/m);
    expect(lm("inspect", "katz").stdout).toMatch(/^order +kind +d1 +d2 +source/m);
    expect(json("kn/model.counts").countsOfCounts).toEqual(facts.countsOfCounts);
  });

  it("writes a report that needs nothing else", () => {
    const { code, stderr } = lm(
      ...["inspect", "kn", "--words", "the cat", "--context", "the cat", "--report", "kn.html"],
    );
    expect([code, stderr]).toEqual([0, "report: kn.html\n"]);
    const html = readFileSync(path("kn.html"), "utf8");
    for (const part of ["Zipf's law", "Counts of counts", "Bigrams", "What comes next"])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<(link|script)[^>]*(href|src)=/);
    const data = JSON.parse(/^const data = (.*);$/m.exec(html)![1]!);
    const counts = new Map<string, number>();
    for (const word of readFileSync(path("long.txt"), "utf8").replaceAll("\n", " </s> ").split(" "))
      if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
    const ranked = [...counts.values()].sort((a, b) => b - a);
    expect(data).toEqual(ranked.map((count, i) => [i + 1, count]));
  });

  it.each([
    [["mle", "--words", "i zebra"], '--words: "zebra" is not in the vocabulary'],
    [["mle", "--words", " "], "--words names no tokens"],
    [["mle", "--context", "i zebra"], '--context: "zebra" is not in the vocabulary'],
    [["one", "--words", "the cat"], "order 1"],
    [["lstm", "--words", "a"], "lstm: is a model of lstm"],
    [["kn.arpa", "--words", "the"], "kn.arpa: is no model's folder"],
    [["mle", "--top", "0"], "'--top <k>' argument '0'"],
    [["mle", "--report", "long.txt"], "long.txt: is there already; name another --report"],
  ])("refuses %j", (args, message) => {
    const before = readdirSync(path("."));
    const { code, stdout, stderr } = lm("inspect", ...args);
    expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(readdirSync(path("."))).toEqual(before);
  });

  it("says where kept counts are damaged", () => {
    const bytes = readFileSync(path("one/model.counts"));
    bytes[bytes.length - 9]! ^= 0xff;
    writeFileSync(path("one/model.counts"), bytes);
    const { code, stderr } = lm("inspect", "one");
    expect([code, stderr.split(":")[1]]).toEqual([2, " one/model.counts"]);
    expect(existsSync(path("one/model.counts.next"))).toBe(false);
  });
});
