import { BOS, UNK, Vocabulary } from "@lm/text";
import { ArpaError } from "./arpa-error.ts";
import { ArpaSection } from "./arpa-section.ts";
import { FloatOrder } from "./float-order.ts";
import { findChild, HIGHEST_ORDER, type Trie } from "./trie.ts";

const COUNT = /^ngram[ \t]+(\d+)[ \t]*=[ \t]*(\d+)[ \t]*$/;
const SECTION = /^\\(\d+)-grams:[ \t]*$/;
const END = /^\\end\\[ \t]*$/;
const BLANK = /^[ \t]*$/;
const SEPARATOR = /[ \t]+/;
/** White space that is neither between words nor in them; NUL is what KenLM ends words at. */
const FORBIDDEN = /[\0\v\f\r]/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
/** How ARPA files write the logarithm of zero. */
const LOG_ZERO = -99;
const MOST_NGRAMS = 2 ** 31 - 1;

/** Reads an ARPA file line by line: `\data\` and the counts, the sections in turn, `\end\`. */
export class ArpaParser {
  #place: "start" | "counts" | "between sections" | "section" | "end" = "start";
  #line = 0;
  /** How many n-grams of each order the header promises. */
  readonly #declared: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #orders: FloatOrder[] = [];
  #section = new ArpaSection(1, 0, 0);

  read(text: string, line: number): void {
    this.#line = line;
    switch (this.#place) {
      case "start":
        if (/^\\data\\[ \t]*$/.test(text)) this.#place = "counts";
        else if (!BLANK.test(text)) this.#fail(`expected \\data\\, found ${excerpt(text)}`);
        break;
      case "counts":
        if (BLANK.test(text)) this.#place = "between sections";
        else this.#readCount(text);
        break;
      case "between sections":
        if (!BLANK.test(text)) this.#openSection(text);
        break;
      case "section":
        if (BLANK.test(text)) this.#closeSection();
        else if (text.startsWith("\\")) {
          this.#closeSection();
          this.#openSection(text);
        } else this.#readNgram(text);
        break;
      case "end":
        if (!BLANK.test(text))
          this.#fail(`expected nothing behind \\end\\, found ${excerpt(text)}`);
    }
  }

  /** @throws ArpaError where the file stops short. */
  finish(line: number): Trie {
    this.#line = Math.max(line, 1);
    if (this.#place !== "end") this.#fail("the file stops here, before \\end\\; it is cut off");
    const vocabulary = new Vocabulary([...this.#ids.keys()], {
      unk: this.#ids.has(UNK) ? UNK : "<UNK>",
    });
    return {
      vocabulary,
      isOpen: true,
      orders: this.#orders,
      backoff: "shorter-context",
      unlistedBackoff: 0,
    };
  }

  #readCount(text: string): void {
    const order = this.#declared.length + 1;
    const [, k, count] = COUNT.exec(text) ?? [];
    if (Number(k) !== order) this.#fail(`expected "ngram ${order}=…", found ${excerpt(text)}`);
    if (order > HIGHEST_ORDER) this.#fail(`an order above ${HIGHEST_ORDER} is not supported`);
    if (Number(count) > MOST_NGRAMS) this.#fail(`${count} n-grams are more than ${MOST_NGRAMS}`);
    if (order === 1 && Number(count) === 0) this.#fail("a model needs at least one unigram");
    this.#declared.push(Number(count));
  }

  #openSection(text: string): void {
    const k = this.#orders.length + 1;
    const declared = this.#declared[k - 1];
    if (declared === undefined) {
      if (!END.test(text) || k === 1)
        this.#fail(
          `expected ${k === 1 ? '"ngram 1=…"' : "\\end\\"} after ${k - 1} sections, found ${excerpt(text)}`,
        );
      this.#place = "end";
      return;
    }
    if (Number(SECTION.exec(text)?.[1]) !== k)
      this.#fail(`expected the section \\${k}-grams:, found ${excerpt(text)}`);
    this.#section = new ArpaSection(k, declared, this.#line + 1);
    this.#place = "section";
  }

  #readNgram(text: string): void {
    const { k, size } = this.#section;
    const declared = this.#declared[k - 1]!;
    if (size === declared)
      this.#fail(`the header promises ${declared} ${k}-grams, here is one more`);
    if (FORBIDDEN.test(text)) this.#fail(`a control character in ${excerpt(text)}`);
    const fields = text.split(SEPARATOR);
    if (fields.at(-1) === "") fields.pop();
    if (fields.length !== k + 1 && fields.length !== k + 2)
      this.#fail(
        `expected a log probability, ${k} word${k > 1 ? "s" : ""} and perhaps a back-off weight, ` +
          `found ${excerpt(text)}`,
      );
    const logProb = this.#number("log probability", fields[0]!);
    if (logProb > 0) this.#fail(`the log probability ${fields[0]} is above 0`);
    const backoff =
      fields.length === k + 2 ? this.#number("back-off weight", fields[k + 1]!) : Number.NaN;
    if (k === this.#declared.length && fields.length === k + 2)
      this.#fail(`a back-off weight, but ${k} is the highest order`);
    if (k === 1) this.#addUnigram(fields[1]!, logProb, backoff);
    else this.#section.add(this.#context(fields, k), this.#id(fields[k]!), logProb, backoff);
    if (k > 1 && fields[k] === BOS) this.#fail(`${BOS} is predicted, but nothing comes before it`);
  }

  #addUnigram(word: string, logProb: number, backoff: number): void {
    if (this.#ids.has(word)) this.#fail(`the unigram ${excerpt(word)} stands twice`);
    const id = this.#ids.size;
    this.#ids.set(word, id);
    this.#section.add(0, id, word === BOS ? Number.NEGATIVE_INFINITY : logProb, backoff);
  }

  /** The index of the first k − 1 words of an n-gram among order k − 1. */
  #context(fields: readonly string[], k: number): number {
    let node = this.#id(fields[1]!);
    for (let j = 2; j < k && node >= 0; j++)
      node = findChild(this.#orders, j - 1, node, this.#id(fields[j]!));
    const context = () => excerpt(fields.slice(1, k).join(" "));
    if (node < 0) this.#fail(`its context ${context()} is not among the ${k - 1}-grams`);
    if (Number.isNaN(this.#orders[k - 2]!.backoffs[node]))
      this.#fail(`its context ${context()} has no back-off weight among the ${k - 1}-grams`);
    return node;
  }

  #id(word: string): number {
    return this.#ids.get(word) ?? this.#fail(`the word ${excerpt(word)} is not among the 1-grams`);
  }

  #closeSection(): void {
    const { k, size } = this.#section;
    const declared = this.#declared[k - 1]!;
    if (size !== declared)
      this.#fail(`the header promises ${declared} ${k}-grams, but the section ends after ${size}`);
    const isHighest = k === this.#declared.length;
    const shorter = this.#orders[k - 2];
    const sorted = this.#section.sorted(shorter?.size ?? 1, this.#ids.size);
    if (shorter) {
      // A context that nothing follows needs no back-off weight; it then is 1.
      const backoffs = shorter.backoffs.map((weight) => (Number.isNaN(weight) ? 0 : weight));
      this.#orders[k - 2] = new FloatOrder({ ...shorter, backoffs, childStarts: sorted.starts });
    }
    this.#orders.push(
      new FloatOrder({
        words: k === 1 ? new Int32Array(0) : sorted.words,
        logProbs: sorted.logProbs,
        backoffs: isHighest ? new Float32Array(0) : sorted.backoffs,
        childStarts: new Int32Array(0),
      }),
    );
    this.#place = "between sections";
  }

  #number(name: string, text: string): number {
    // Adding 0 makes 0 of −0.
    const value = NUMBER.test(text) ? Math.fround(Number(text)) + 0 : Number.NaN;
    if (!Number.isFinite(value)) this.#fail(`the ${name} ${excerpt(text)} is no finite number`);
    return value === LOG_ZERO ? Number.NEGATIVE_INFINITY : value;
  }

  #fail(problem: string): never {
    throw new ArpaError(this.#line, problem);
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
