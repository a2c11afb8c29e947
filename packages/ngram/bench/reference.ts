import { characterTokenizer, type Tokenizer, wordTokenizer } from "@lm/text";
import { ngram } from "../src/index.ts";
import { perplexity } from "../test/perplexity.ts";
import { check, closedWikiText, cpuSeconds, dataFile } from "./measure.ts";

/*
 * `npm run bench` prints every perplexity that KenLM gave for a whole data set beside ours, with the CPU seconds from
 * text to model. It needs the reference data beside the repository, and fails where a perplexity is off.
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

const wikitext = (part: string) => dataFile(`wikitext-2/${part}.txt`);
const spaced = (lines: string) => lines.replaceAll(" ", "▁").replace(/[^\n]/gu, "$& ");

function rows(): Row[] {
  const words = {
    name: "WikiText-2",
    train: closedWikiText("train"),
    test: closedWikiText("test"),
  };
  const valid = { ...words, name: "WikiText-2, valid", test: closedWikiText("valid") };
  const raw = { name: "WikiText-2, raw", train: wikitext("train"), test: wikitext("test") };
  const text = dataFile("tinyshakespeare/input.txt");
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

async function perplexities(): Promise<void> {
  const table: object[] = [];
  for (const { name, train, test, order, prune = [0], expected, ...row } of rows()) {
    const { tokenizer = wordTokenizer, lmplzSeconds = "" } = row;
    const [{ chosen, model }, seconds] = await cpuSeconds(() => {
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

await perplexities();
