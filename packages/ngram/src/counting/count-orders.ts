import { END_OF_TEXT } from "../training-sequence.ts";

/** The distinct n-grams of one order, as `OrderCounts` without what can be found out later. */
export interface CountColumns {
  readonly words: Int32Array;
  readonly counts: Uint32Array;
  readonly childStarts: Int32Array;
}

/** Part of a text, and enough of what comes after it. */
export interface TextPart {
  /** The part, then at least `order` symbols more: what follows in the text, or `END_OF_TEXT`. */
  readonly symbols: Int32Array;
  /** N-grams are counted that begin before this place. */
  readonly length: number;
  /** `<s>`, which begins n-grams, but is never inside of one. */
  readonly bos: number | undefined;
  readonly symbolCount: number;
}

/** Up to here a group is sorted by insertion. */
const SMALL = 24;

/**
 * Counts n-grams by sorting the places where they begin: by the first word, then within each group by the second,
 * and so on. A place that is alone in its group needs no more sorting, and most soon are, so that a level costs
 * little more than one look at the text for each place.
 */
export function countOrders(part: TextPart, order: number): CountColumns[] {
  const places = new Int32Array(part.length);
  const unigrams = countUnigrams(part, places);
  const orders: CountColumns[] = [unigrams];
  const sorter = new GroupSorter(part, places, unigrams.counts);
  for (let k = 1; k < order; k++) {
    const shorter = orders[k - 1]!;
    const { longer, childStarts } = sorter.refine(k, shorter.counts);
    orders[k - 1] = { ...shorter, childStarts };
    orders.push(longer);
  }
  return orders;
}

/** A counting sort of all places by the first word. */
function countUnigrams(
  { symbols, length, symbolCount }: TextPart,
  places: Int32Array,
): CountColumns {
  const counts = new Uint32Array(symbolCount);
  for (let i = 0; i < length; i++) counts[symbols[i]!]!++;
  const ends = new Int32Array(symbolCount);
  for (let i = 1; i < symbolCount; i++) ends[i] = ends[i - 1]! + counts[i - 1]!;
  for (let i = 0; i < length; i++) places[ends[symbols[i]!]!++] = i;
  const words = Int32Array.from(counts, (_, symbol) => symbol);
  return { words, counts, childStarts: new Int32Array(0) };
}

/** Places sorted by k-gram: the group of each k-gram is as long as its count, and they lie one behind the other. */
class GroupSorter {
  readonly #symbols: Int32Array;
  readonly #bos: number;
  readonly #places: Int32Array;
  /** For each of the places the word that comes next. */
  readonly #nextWords: Int32Array;
  /** Of the group at hand the places, the different next words, and how often each comes. */
  readonly #group: Int32Array;
  readonly #distinct: Int32Array;
  readonly #bins: Int32Array;

  constructor({ symbols, bos, symbolCount }: TextPart, places: Int32Array, counts: Uint32Array) {
    const largest = counts.reduce((max, count) => Math.max(max, count), 0);
    this.#symbols = symbols;
    this.#bos = bos ?? END_OF_TEXT;
    this.#places = places;
    this.#nextWords = new Int32Array(places.length);
    this.#group = new Int32Array(largest);
    this.#distinct = new Int32Array(Math.min(largest, symbolCount));
    this.#bins = new Int32Array(symbolCount);
  }

  /** Sorts the places of every k-gram by the word behind it, drops those with none, and counts. */
  refine(k: number, counts: Uint32Array): { longer: CountColumns; childStarts: Int32Array } {
    const places = this.#places;
    const nextWords = this.#nextWords;
    const group = this.#group;
    const bos = this.#bos;
    const most = this.#readNextWords(k, counts);
    const childStarts = new Int32Array(counts.length + 1);
    const words = new Int32Array(most);
    const longerCounts = new Uint32Array(most);
    let size = 0;
    // What is kept moves to the front of the same arrays: it is never more than what was read.
    let read = 0;
    let write = 0;
    for (let ngram = 0; ngram < counts.length; ngram++) {
      childStarts[ngram] = size;
      const end = read + counts[ngram]!;
      let length = 0;
      for (; read < end; read++) {
        const word = nextWords[read]!;
        if (word === bos || word === END_OF_TEXT) continue;
        nextWords[write + length] = word;
        group[length++] = places[read]!;
      }
      if (length > SMALL) size = this.#count(length, write, words, longerCounts, size);
      else {
        if (length > 1) insertionSort(nextWords, write, group, length);
        let previous = END_OF_TEXT;
        for (let i = 0; i < length; i++) {
          const word = nextWords[write + i]!;
          if (word !== previous) words[size++] = word;
          previous = word;
          longerCounts[size - 1]!++;
          places[write + i] = group[i]!;
        }
      }
      write += length;
    }
    childStarts[counts.length] = size;
    const longer = {
      words: words.slice(0, size),
      counts: longerCounts.slice(0, size),
      childStarts: new Int32Array(0),
    };
    return { longer, childStarts };
  }

  /** Looks up the next word of every place, and gives their number. These reads go all over the text; in a loop of
   * their own the processor waits for many of them at a time. */
  #readNextWords(k: number, counts: Uint32Array): number {
    let size = 0;
    for (let i = 0; i < counts.length; i++) size += counts[i]!;
    const symbols = this.#symbols;
    const places = this.#places;
    const nextWords = this.#nextWords;
    for (let i = 0; i < size; i++) nextWords[i] = symbols[places[i]! + k]!;
    return size;
  }

  /** A counting sort of the group at hand, by bins of which only those in use are visited. */
  #count(
    length: number,
    write: number,
    words: Int32Array,
    counts: Uint32Array,
    size: number,
  ): number {
    const bins = this.#bins;
    const nextWords = this.#nextWords;
    let kinds = 0;
    for (let i = write; i < write + length; i++) {
      const word = nextWords[i]!;
      if (bins[word]!++ === 0) this.#distinct[kinds++] = word;
    }
    const distinct = this.#distinct.subarray(0, kinds).sort();
    let place = write;
    for (let i = 0; i < kinds; i++) {
      const word = distinct[i]!;
      const count = bins[word]!;
      words[size + i] = word;
      counts[size + i] = count;
      bins[word] = place;
      place += count;
    }
    for (let i = 0; i < length; i++) this.#places[bins[nextWords[write + i]!]!++] = this.#group[i]!;
    for (let i = 0; i < kinds; i++) bins[distinct[i]!] = 0;
    return size + kinds;
  }
}

/** Sorts `keys` from `start` on, and `values` with them. */
function insertionSort(keys: Int32Array, start: number, values: Int32Array, length: number): void {
  for (let i = 1; i < length; i++) {
    const key = keys[start + i]!;
    const value = values[i]!;
    let j = i - 1;
    for (; j >= 0 && keys[start + j]! > key; j--) {
      keys[start + j + 1] = keys[start + j]!;
      values[j + 1] = values[j]!;
    }
    keys[start + j + 1] = key;
    values[j + 1] = value;
  }
}
