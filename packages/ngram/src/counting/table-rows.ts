import { HIGHEST_ORDER } from "../trie.ts";
import { IntList } from "./int-list.ts";
import { NgramTableError } from "./table-error.ts";

/** The rows of one order, in the order of the table. */
export interface OrderRows {
  /** `[rows, order]`: numbers of words, which `TableRows.words` gives. */
  readonly ngrams: IntList;
  /** Unsigned. */
  readonly counts: IntList;
  /** Where in the table each row stands, from 1. */
  readonly places: IntList;
}

const HIGHEST_COUNT = 0xffffffff;

/** The rows of a table of n-grams, words parted by one space, and their counts. */
export class TableRows {
  /** `orders[k − 1]` holds order k. */
  readonly orders: OrderRows[] = [];
  readonly #numbers = new Map<string, number>();

  /** The different words in the order in which they came. */
  get words(): string[] {
    return [...this.#numbers.keys()];
  }

  /** @throws NgramTableError for what is no n-gram, or no count. */
  add(ngram: string, count: number | bigint, place: number): void {
    if (!(count >= 1 && count <= HIGHEST_COUNT) || !Number.isInteger(Number(count)))
      throw new NgramTableError(
        place,
        `the count is ${count}, but it must be a whole number from 1 to ${HIGHEST_COUNT}`,
      );
    const words = ngram.split(" ");
    if (words.length > HIGHEST_ORDER)
      throw new NgramTableError(
        place,
        `an n-gram of ${words.length} words, but there are ${HIGHEST_ORDER} at most`,
      );
    const rows = this.#rowsOf(words.length);
    for (const word of words) rows.ngrams.push(this.#numberOf(word, ngram, place));
    rows.counts.push(Number(count) | 0);
    rows.places.push(place);
  }

  #numberOf(word: string, ngram: string, place: number): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    if (word === "" || /[\t\n\v\f\r]/.test(word))
      throw new NgramTableError(
        place,
        `the n-gram is ${JSON.stringify(ngram)}, but it must be words with one space between them`,
      );
    // A slice of a longer string would keep all of that in memory.
    const own = ` ${word}`.slice(1);
    this.#numbers.set(own, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #rowsOf(order: number): OrderRows {
    while (this.orders.length < order)
      this.orders.push({ ngrams: new IntList(), counts: new IntList(), places: new IntList() });
    return this.orders[order - 1]!;
  }
}
