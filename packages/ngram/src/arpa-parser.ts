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
const MINUS_INFINITY = /^-inf(inity)?$/i;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
/** How ARPA files write the logarithm of zero. */
const LOG_ZERO = -99;
const MOST_NGRAMS = 2 ** 31 - 1;

/**
 * Reads an ARPA file line by line: `\data\` and the counts, the sections in turn, `\end\`. `repair` is told of what
 * is wrong but can be put right, and throws that where the file is to be right.
 */
export class ArpaParser {
  #place: "start" | "counts" | "between sections" | "section" | "end" = "start";
  #line = 0;
  /** How many n-grams of each order the header promises. */
  readonly #declared: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #orders: FloatOrder[] = [];
  #section = new ArpaSection(1);
  readonly #report: (problem: ArpaError) => void;

  constructor(repair: (problem: ArpaError) => void) {
    this.#report = repair;
  }

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
          this.#repair(`expected nothing behind \\end\\, found ${excerpt(text)}`);
    }
  }

  /** @throws ArpaError where the file stops short. */
  finish(line: number): Trie {
    this.#line = Math.max(line, 1);
    if (this.#place !== "end") {
      this.#repair("the file stops here, before \\end\\; it is cut off");
      if (this.#place === "section") this.#closeSection();
      this.#endEarly();
    }
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

  /** The sections that were read are a model of a lower order. */
  #endEarly(): void {
    const highest = this.#orders.pop() ?? this.#fail("no section with n-grams comes before that");
    this.#orders.push(new FloatOrder({ ...highest, backoffs: new Float32Array(0) }));
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
    this.#section = new ArpaSection(k);
    this.#place = "section";
  }

  #readNgram(text: string): void {
    const { k } = this.#section;
    const isHighest = k === this.#declared.length;
    const fields = this.#fields(text, k);
    if (!fields) return;
    let logProb = this.#number("log probability", fields[0]!);
    if (logProb > 0) {
      this.#repair(`the log probability ${fields[0]} is above 0`);
      logProb = 0;
    }
    const hasBackoff = fields.length === k + 2;
    const backoff = hasBackoff ? this.#number("back-off weight", fields[k + 1]!) : Number.NaN;
    if (isHighest && hasBackoff) this.#repair(`a back-off weight, but ${k} is the highest order`);
    if (k === 1) this.#addUnigram(fields[1]!, logProb, backoff);
    else this.#addLonger(fields, logProb, backoff);
  }

  /** The words of a line, with the numbers around them; undefined where it is no n-gram, which was reported. */
  #fields(text: string, k: number): string[] | undefined {
    const fields = text.split(SEPARATOR);
    if (fields.at(-1) === "") fields.pop();
    if (FORBIDDEN.test(text)) this.#repair(`a control character in ${excerpt(text)}`);
    else if (fields.length === k + 1 || fields.length === k + 2) return fields;
    else
      this.#repair(
        `expected a log probability, ${k} word${k > 1 ? "s" : ""} and perhaps a back-off weight, ` +
          `found ${excerpt(text)}`,
      );
    return undefined;
  }

  #addUnigram(word: string, logProb: number, backoff: number): void {
    if (this.#ids.has(word)) this.#repair(`the unigram ${excerpt(word)} stands twice`);
    else {
      const id = this.#ids.size;
      this.#ids.set(word, id);
      const own = word === BOS ? Number.NEGATIVE_INFINITY : logProb;
      this.#add(0, id, own, backoff);
    }
  }

  #addLonger(fields: readonly string[], logProb: number, backoff: number): void {
    const { k } = this.#section;
    const context = this.#context(fields, k);
    if (context < 0) return;
    const word = this.#id(fields[k]!);
    if (fields[k] === BOS) this.#repair(`${BOS} is predicted, but nothing comes before it`);
    else if (word >= 0) this.#add(context, word, logProb, backoff);
  }

  #add(context: number, word: number, logProb: number, backoff: number): void {
    const { k, size } = this.#section;
    const declared = this.#declared[k - 1]!;
    if (size === declared)
      this.#repair(`the header promises ${declared} ${k}-grams, here is one more`);
    this.#section.add(this.#line, context, word, logProb, backoff);
  }

  /** The index of the first k − 1 words of an n-gram among order k − 1; −1 where it was reported. */
  #context(fields: readonly string[], k: number): number {
    let node = this.#id(fields[1]!);
    if (node < 0) return node;
    for (let j = 2; j < k && node >= 0; j++) {
      const word = this.#id(fields[j]!);
      if (word < 0) return word;
      node = findChild(this.#orders, j - 1, node, word);
    }
    const context = () => excerpt(fields.slice(1, k).join(" "));
    if (node < 0) this.#repair(`its context ${context()} is not among the ${k - 1}-grams`);
    else if (Number.isNaN(this.#orders[k - 2]!.backoffs[node]))
      this.#repair(`its context ${context()} has no back-off weight among the ${k - 1}-grams`);
    return node;
  }

  /** The number of a word; −1 where it was reported. */
  #id(word: string): number {
    const id = this.#ids.get(word);
    if (id === undefined) this.#repair(`the word ${excerpt(word)} is not among the 1-grams`);
    return id ?? -1;
  }

  #closeSection(): void {
    const { k, size } = this.#section;
    const declared = this.#declared[k - 1]!;
    if (size < declared)
      this.#repair(
        `the header promises ${declared} ${k}-grams, but the section ends after ${size}`,
      );
    if (k === 1 && size === 0) this.#fail("a model needs at least one unigram");
    const isHighest = k === this.#declared.length;
    const shorter = this.#orders[k - 2];
    const sorted = this.#section.sorted(shorter?.size ?? 1, this.#ids.size, this.#report);
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
    if (MINUS_INFINITY.test(text)) {
      this.#repair(`the ${name} ${excerpt(text)} is no finite number; zero is written ${LOG_ZERO}`);
      return Number.NEGATIVE_INFINITY;
    }
    // Adding 0 makes 0 of −0.
    const value = NUMBER.test(text) ? Math.fround(Number(text)) + 0 : Number.NaN;
    if (!Number.isFinite(value)) this.#fail(`the ${name} ${excerpt(text)} is no finite number`);
    return value === LOG_ZERO ? Number.NEGATIVE_INFINITY : value;
  }

  #repair(problem: string): void {
    this.#report(new ArpaError(this.#line, problem));
  }

  #fail(problem: string): never {
    throw new ArpaError(this.#line, problem);
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
