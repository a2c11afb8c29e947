import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { characterTokenizer, type Tokenizer, wordTokenizer } from "@lm/text";
import { fromBytes, ngram, readArpa, toBytes, writeArpa } from "../src/index.ts";
import { perplexity } from "../test/perplexity.ts";

/*
 * `npm run bench` prints two tables: every perplexity that KenLM gave for a whole data set beside ours, with the
 * seconds from text to model; and what a 5-gram model of WikiText-2 costs to score, to keep and to open. It needs
 * the reference data beside the repository, and fails where a perplexity is off.
 */
interface Row {
  readonly name: string;
  readonly train: string;
  readonly test: string;
  readonly order: number;
  readonly prune?: readonly number[];
  /** With and, where that differs, without unknown words. */
  readonly expected: readonly [perplexity: number, withoutUnknown?: number];
  readonly lmplzSeconds?: number;
  readonly tokenizer?: (text: string) => Tokenizer;
}

const data = new URL("../../../../shared/data/", import.meta.url);
const wikitext = (part: string) => readFileSync(new URL(`wikitext-2/${part}.txt`, data), "utf8");
const closed = (part: string) => wikitext(part).replaceAll("<unk>", "__unk__");
const spaced = (lines: string) => lines.replaceAll(" ", "▁").replace(/[^\n]/gu, "$& ");

function rows(): Row[] {
  const words = { name: "WikiText-2", train: closed("train"), test: closed("test") };
  const valid = { ...words, name: "WikiText-2, valid", test: closed("valid") };
  const raw = { name: "WikiText-2, raw", train: wikitext("train"), test: wikitext("test") };
  const text = readFileSync(new URL("tinyshakespeare/input.txt", data), "utf8");
  const [train, test] = [text.slice(0, 1_003_854), text.slice(1_003_854)];
  const plays = { name: "shakespeare, words", train, test };
  const letters = { name: "shakespeare, letters", train: spaced(train), test: spaced(test) };
  const sequence = { ...plays, name: "the same, no lines", tokenizer: characterTokenizer };
  return [
    { ...words, order: 3, expected: [226.05099], lmplzSeconds: 1.48 },
    { ...words, order: 5, expected: [220.13852], lmplzSeconds: 3.9 },
    { ...valid, order: 5, expected: [234.86199] },
    { ...words, order: 5, prune: [0, 0, 1], expected: [225.68329], lmplzSeconds: 2.11 },
    { ...raw, order: 5, expected: [428.43706, 254.91909], lmplzSeconds: 3.69 },
    { ...plays, order: 3, expected: [495.12875, 248.35237], lmplzSeconds: 0.31 },
    { ...plays, order: 5, expected: [494.18786, 247.94082], lmplzSeconds: 0.4 },
    { ...letters, order: 4, expected: [5.75349], lmplzSeconds: 0.27 },
    { ...letters, order: 6, expected: [4.67899], lmplzSeconds: 0.53 },
    // Measured by another program, in nats, to four digits.
    { ...sequence, order: 5, expected: [Math.exp(1.561)] },
    { ...sequence, order: 6, expected: [Math.exp(1.523)] },
    { ...sequence, order: 7, expected: [Math.exp(1.5165)] },
  ];
}

/** What `work` gives, and the CPU seconds that it took, those of the garbage collector included. */
async function timed<Result>(work: () => Result | Promise<Result>): Promise<[Result, number]> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}

function check(isRight: boolean, claim: string): void {
  if (isRight) return;
  console.error(`not true: ${claim}`);
  process.exitCode = 1;
}

async function perplexities(): Promise<void> {
  const table: object[] = [];
  for (const { name, train, test, order, prune = [0], expected, ...row } of rows()) {
    const { tokenizer = wordTokenizer, lmplzSeconds = "" } = row;
    const [{ chosen, model }, seconds] = await timed(() => {
      const chosen = tokenizer(train);
      return { chosen, model: ngram({ order, prune }).fit(chosen, train) };
    });
    const { perplexity: all, withoutUnknown } = perplexity(model, chosen.encode(test));
    const offBy = Math.abs(all / expected[0] - 1);
    const tolerance = tokenizer === characterTokenizer ? 1e-3 : 1e-6;
    check(offBy < tolerance, `${name}, order ${order}: perplexity ${expected[0]}`);
    if (expected[1])
      check(
        Math.abs(withoutUnknown / expected[1] - 1) < tolerance,
        `${name}, order ${order}: perplexity ${expected[1]} without unknown words`,
      );
    table.push({
      data: name,
      order,
      prune: prune.join(" "),
      perplexity: all.toFixed(6),
      reference: expected[0].toFixed(5),
      "off by": offBy.toExponential(1),
      "without unknown": expected[1] ? withoutUnknown.toFixed(6) : "",
      "CPU s": seconds.toFixed(2),
      "lmplz, CPU s": lmplzSeconds,
    });
  }
  console.table(table);
}

async function costs(): Promise<void> {
  const table: Record<string, string> = {};
  const train = closed("train");
  const tokenizer = wordTokenizer(train);
  const ids = tokenizer.encode(`\n${closed("test")}`);
  const model = ngram({ order: 5 }).fit(tokenizer, train);
  const scores = model.score([ids])[0]!;
  const isSame = (other: typeof model) =>
    other.score([ids])[0]!.every((logProb, i) => logProb === scores[i]);

  const [, scoring] = await timed(() => model.score([ids, ids, ids, ids]));
  table["tokens scored a second"] = ((4 * ids.length) / scoring).toFixed(0);
  const ngrams = model.ngramCounts.reduce((sum, count) => sum + count);
  table["bytes an n-gram"] = (model.byteLength / ngrams).toFixed(2);

  const [bytes, packing] = await timed(() => toBytes(model));
  const [opened, opening] = await timed(() => fromBytes(bytes));
  table["toBytes, s"] = packing.toFixed(2);
  table["fromBytes, s"] = opening.toFixed(2);
  check(isSame(opened), "a model opened from its file scores the same");

  const folder = mkdtempSync(join(tmpdir(), "ngram-"));
  const path = join(folder, "model.arpa");
  const [, writing] = await timed(() => {
    for (const piece of writeArpa(model)) writeFileSync(path, piece, { flag: "a" });
  });
  const [read, reading] = await timed(() => readArpa(createReadStream(path, "utf8")));
  rmSync(folder, { recursive: true });
  table["writing ARPA, s"] = writing.toFixed(2);
  table["reading ARPA, s"] = reading.toFixed(2);
  check(isSame(read), "a model read from its ARPA file scores the same");
  console.table(table);
}

await perplexities();
await costs();
