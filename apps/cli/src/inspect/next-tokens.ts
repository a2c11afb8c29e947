import type { LookupStep, NgramCounts, NgramModel } from "@lm/ngram";
import { countOf } from "../runs/counts.ts";

/** A context, or what is left of it further down the back-off path. */
export interface ContextLine {
  readonly context: readonly string[];
  /** Whether any word was seen behind it, as far as the model lists it. */
  readonly isListed: boolean;
  /** γ: what is left for words that were not seen behind it, or what the shorter context weighs. */
  readonly backoff?: number;
  /** How many different words the model lists behind it: N1+. */
  readonly continuations: number;
  /** c: how often the words stand in the text, where the counts are there. */
  readonly count?: number;
}

/** A token that may come next. */
interface NextToken {
  readonly token: string;
  readonly probability: number;
  /** The length of the longest n-gram that matched. */
  readonly order: number;
  /** How often it stands behind the context in the text, where the counts are there. */
  readonly count?: number;
  readonly path: readonly LookupStep[];
}

/** What a model makes of a context. */
export interface NextTokens {
  readonly contexts: readonly ContextLine[];
  readonly best: readonly NextToken[];
  /** How many other tokens there are, and their probability together. */
  readonly others: { readonly count: number; readonly probability: number };
}

/** The contexts that a model backs off through from `context`, and the `top` most probable tokens behind it. */
export function nextTokens(
  model: NgramModel,
  counts: NgramCounts | undefined,
  { context, top }: { readonly context: readonly number[]; readonly top: number },
): NextTokens {
  const { vocabulary } = model;
  const symbols = symbolsOf(model, context);
  const contexts = symbols.map((_, i) => symbols.slice(i));
  const all = Array.from(vocabulary.tokens, (_, id) => ({ id, ...model.query(context, id) }))
    .filter(({ id }) => id !== vocabulary.bos)
    .toSorted((a, b) => b.logProb - a.logProb || a.id - b.id);
  const best = all.slice(0, top);
  const rest = all.slice(top);
  return {
    contexts: [...contexts, []].map((each) => describe(model, counts, each)),
    best: best.map(({ id, logProb, matchedOrder, path }) => ({
      token: vocabulary.token(id),
      probability: Math.exp(logProb),
      order: matchedOrder,
      ...(counts && { count: countOf(counts, [...symbols, id]) }),
      path,
    })),
    others: {
      count: rest.length,
      probability: rest.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0),
    },
  };
}

const predicted = ({ vocabulary: { size, bos } }: NgramModel) => size - (bos === undefined ? 0 : 1);

/** The unigram of `<s>`, which may stand behind the vocabulary. */
function startSymbol({ vocabulary }: NgramModel): number {
  return vocabulary.bos ?? vocabulary.size;
}

/** The last n − 1 symbols that the model sees: behind `</s>` or `<s>` a sentence begins. */
function symbolsOf(model: NgramModel, context: readonly number[]): number[] {
  const { bos, eos } = model.vocabulary;
  const begin = context.findLastIndex((id) => id === bos || id === eos);
  const words = context.slice(begin + 1);
  const symbols = begin < 0 ? words : [startSymbol(model), ...words];
  return symbols.slice(Math.max(0, symbols.length - model.contextLength));
}

function describe(
  model: NgramModel,
  counts: NgramCounts | undefined,
  symbols: readonly number[],
): ContextLine {
  const { vocabulary, trie } = model;
  const name = (id: number) => (id === startSymbol(model) ? "<s>" : vocabulary.token(id));
  const context = symbols.map(name);
  if (symbols.length === 0) return { context, isListed: true, continuations: predicted(model) };
  const node = symbols.reduce((place, word, k) => {
    if (k === 0 || place < 0) return place < 0 ? place : word;
    const shorter = trie.orders[k - 1]!;
    return trie.orders[k]!.find(word, shorter.firstChild(place), shorter.firstChild(place + 1));
  }, 0);
  const order = trie.orders[symbols.length - 1]!;
  const continuations = node < 0 ? 0 : order.firstChild(node + 1) - order.firstChild(node);
  return {
    context,
    isListed: continuations > 0,
    ...(node >= 0 && { backoff: 10 ** order.backoff(node) }),
    continuations,
    ...(counts && { count: countOf(counts, symbols) }),
  };
}
