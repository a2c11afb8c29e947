import { gzipSync } from "node:zlib";
import { characterTokenizer, wordTokenizer } from "@lm/text";
import fc from "fast-check";
import {
  ArpaError,
  fromBytes,
  NgramFileError,
  type NgramModel,
  ngram,
  pruneByEntropy,
  quantize,
  readArpa,
  toBytes,
  writeArpa,
} from "../src/index.ts";
import { VOCABULARIES } from "./arbitrary-texts.ts";
import { sign } from "./sign.ts";
import { SMOOTHINGS } from "./smoothings.ts";

/*
 * Broken input, thousands of times: whatever comes in, what comes out is a sound model or one error of the kind that is
 * documented. `fuzz.test.ts` runs a few of each, `npm run fuzz` a hundred thousand.
 */
const IDS = Int32Array.of(3, 4, 5, 2, 3, 4, 2, 5, 5, 4, 2, 2, 3, 4, 5, 4, 2);
const MODEL = ngram({ order: 3 }).fitIds(VOCABULARIES.words, IDS);
const ARPA = [...writeArpa(MODEL)].join("");

function expectSound(model: NgramModel): void {
  const { eos, size } = model.vocabulary;
  const ids = Int32Array.from({ length: 12 }, (_, i) =>
    i % 5 === 0 ? (eos ?? 0) : (7 * i) % size,
  );
  for (const logProb of model.score([ids])[0]!)
    if (Number.isNaN(logProb)) throw new Error("the model scores NaN");
  for (let token = 0; token < Math.min(size, 8); token++)
    for (const logProb of model.distribution([eos ?? 0, token]))
      if (Number.isNaN(logProb)) throw new Error("the model has a NaN in a distribution");
  // Whatever order lists, the sizes and places of it fit together.
  for (const [k, order] of model.trie.orders.entries()) {
    const longer = model.trie.orders[k + 1];
    for (let i = 0; longer && i < order.size; i++)
      if (!(order.firstChild(i) <= order.firstChild(i + 1)))
        throw new Error("the continuations of an n-gram end before they begin");
    if (longer && order.firstChild(order.size) !== longer.size)
      throw new Error("some n-grams go on from nothing");
  }
}

async function modelOr(
  kind: new (...parameters: never[]) => Error,
  read: () => NgramModel | Promise<NgramModel>,
): Promise<NgramModel | undefined> {
  try {
    const model = await read();
    expectSound(model);
    return model;
  } catch (error) {
    if (error instanceof kind) return undefined;
    throw error;
  }
}

async function expectReadsBack(model: NgramModel): Promise<void> {
  const again = await readArpa(writeArpa(model));
  const columns = (each: NgramModel) => each.trie.orders.flatMap((order) => order.columns);
  if (fc.stringify(columns(again)) !== fc.stringify(columns(model)))
    throw new Error("the model that was read is written as another");
}

const pieces = fc.constantFrom(
  ..."\n|\t| |-|9|1e|.5|inf|NaN|<s>|</s>|<unk>|\\end\\|\\data\\|\\2-grams:|ngram 2=|a|\0|\r|é".split(
    "|",
  ),
);
const mutatedArpa = fc
  .array(
    fc.record({
      at: fc.nat(ARPA.length),
      removed: fc.nat(20),
      inserted: fc.oneof(pieces, fc.string({ maxLength: 3 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) =>
    changes.reduce(
      (text, { at, removed, inserted }) => text.slice(0, at) + inserted + text.slice(at + removed),
      ARPA,
    ),
  );
/** Whole lines left out, repeated and moved. */
const shuffledArpa = fc
  .array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((moves) => {
    const lines = ARPA.split("\n");
    for (const [from, to, isCopied] of moves) {
      const [line] = lines.slice(from % lines.length);
      if (!isCopied) lines.splice(from % lines.length, 1);
      lines.splice(to % (lines.length + 1), 0, ...(to % 3 ? [line!] : []));
    }
    return lines.join("\n");
  });
const brokenArpa = fc.oneof(mutatedArpa, shuffledArpa);

const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
const edited = (bytes: Uint8Array, changes: readonly [number, number][], length: number) => {
  const copy = bytes.slice(0, length % (2 * bytes.length));
  for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
  return copy;
};

/** NaN, 0.5 and infinity as float32; places and words that there are not. */
const columnValues = fc.oneof(
  fc.constantFrom(0x7fc00000, 0x3f000000, 0x7f800000, -1, 0x7fffffff, 0),
  fc.integer({ min: -2, max: 30 }),
);

const FILES = [MODEL, quantize(MODEL)].map((model) => toBytes(model));

export interface FuzzTarget {
  readonly name: string;
  readonly property: fc.IAsyncProperty<never> | fc.IAsyncProperty<unknown>;
}

const target = <T>(name: string, inputs: fc.Arbitrary<T>, run: (input: T) => Promise<void>) => ({
  name,
  property: fc.asyncProperty(inputs, run) as fc.IAsyncProperty<unknown>,
});

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  target("ARPA, strict", brokenArpa, async (text) => {
    const model = await modelOr(ArpaError, () => readArpa(text));
    if (model) await expectReadsBack(model);
  }),
  target("ARPA, lenient", brokenArpa, async (text) => {
    const problems: ArpaError[] = [];
    const model = await modelOr(ArpaError, () =>
      readArpa(text, { onRepair: (problem) => problems.push(problem) }),
    );
    if (model) await expectReadsBack(model);
    // What lenient reading has nothing to say about is right, and is read by strict reading.
    if (model && problems.length === 0) await readArpa(text);
  }),
  target(
    "ARPA, gzipped",
    fc.tuple(edits, fc.nat(), fc.boolean()),
    async ([changes, length, isZipped]) => {
      const bytes = new Uint8Array(isZipped ? gzipSync(ARPA) : Buffer.from(ARPA));
      await modelOr(ArpaError, () => readArpa(edited(bytes, changes, length)));
    },
  ),
  target(
    "model files",
    fc.tuple(
      fc.constantFrom(...FILES),
      fc.oneof(edits, fc.constant([])),
      fc.array(fc.tuple(fc.nat(), columnValues), { maxLength: 3 }),
      fc.nat(),
      fc.boolean(),
      fc.boolean(),
    ),
    async ([file, changes, values, length, isCut, isSigned]) => {
      const bytes = edited(file, changes, isCut ? length : file.length);
      const start = 24 + new Uint32Array(file.buffer)[4]!;
      const columns =
        bytes.length > start + 4
          ? new Int32Array(bytes.buffer, start, (bytes.length - start) >> 2)
          : [];
      for (const [at, value] of values)
        if (columns.length > 0) columns[at % columns.length] = value;
      await modelOr(NgramFileError, () => {
        // Damage is then looked at, and not only noticed.
        if (isSigned && bytes.length >= 24) sign(bytes);
        return fromBytes(bytes);
      });
    },
  ),
  target(
    "texts",
    fc.record({
      text: fc.string({
        unit: fc.constantFrom("\0", "\n", "\r", " ", "a", "b", "é", "\ud800", "<s>", "<unk>"),
      }),
      order: fc.oneof(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(0, -1, 1.5, 33, 1000, Number.NaN),
      ),
      smoothing: fc.constantFrom(...SMOOTHINGS, "stupid-backoff" as const),
      tokenizer: fc.constantFrom(wordTokenizer, characterTokenizer),
      openVocabulary: fc.boolean(),
      prune: fc.constantFrom([0], [0, 1], [1], [0, -1]),
    }),
    async ({ text, tokenizer, ...options }) => {
      const model = await modelOr(RangeError, () =>
        ngram(options).fit(tokenizer(`${text}a`), text),
      );
      if (!model) return;
      expectSound(quantize(model));
      if (model.trie.backoff === "shorter-context" && model.isNormalized)
        expectSound(pruneByEntropy(model, 0.01));
    },
  ),
];
