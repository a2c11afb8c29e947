import { Generator } from "@lm/random";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import type { LanguageModel } from "../language-model.ts";
import { scoreSequences } from "../score-sequences.ts";
import { contextModel } from "../toy/context-model.ts";
import { languageModelCases } from "./language-model-cases.ts";

type State = readonly (readonly number[])[];
interface Mutant extends LanguageModel<State> {
  advance(state: State, tokens: Int32Array): Next;
}
type Next = { readonly state: State; readonly logProbs: Float32Array };

const vocabulary = new Vocabulary(["<s>", "</s>", "a", "b", "c"]);

function probabilities(context: readonly number[]): number[] {
  const generator = new Generator(context.reduce((sum, token) => sum * 7 + token + 1, 1));
  const weights = vocabulary.tokens.map((_, id) => (id === 0 ? 0 : 0.1 + generator.uniform()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** A right model whose predictions depend on the last two tokens, with some of it replaced. */
function mutate(
  change: (right: Mutant) => Partial<LanguageModel<State>>,
  options: { readonly maximumLength?: number } = {},
): LanguageModel {
  const toy = contextModel({ vocabulary, contextLength: 2, probabilities, ...options }) as Mutant;
  const right = {
    ...toy,
    score: (sequences: readonly Int32Array[]) => scoreSequences(toy, sequences),
  };
  return { ...right, ...change(right) } as LanguageModel;
}

/** The log-probabilities changed after each advance. */
const withLogProbs = (change: (logProbs: Float32Array, next: Next) => Float32Array) =>
  mutate((right) => ({
    advance(state, tokens) {
      const next = right.advance(state, tokens);
      return { ...next, logProbs: change(next.logProbs, next) };
    },
    score: (sequences) => scoreSequences(right, sequences),
  }));

/** A model that gives NaN once it has read more than `length` tokens. */
const nanAfter = (length: number) =>
  contextModel({
    vocabulary,
    contextLength: Number.POSITIVE_INFINITY,
    probabilities: (context) =>
      probabilities(context.slice(-2)).map((p) => (context.length > length ? Number.NaN : p)),
  });

const mutants: readonly (readonly [law: string, mutation: string, model: LanguageModel])[] = [
  [
    "every distribution",
    "gives probabilities, not logarithms",
    withLogProbs((logProbs) => logProbs.map(Math.exp)),
  ],
  [
    "every distribution",
    "gives logarithms to base 2",
    withLogProbs((logProbs) => logProbs.map((x) => x / Math.LN2)),
  ],
  [
    "every distribution",
    "gives NaN for what cannot occur",
    withLogProbs((logProbs) =>
      logProbs.map((x) => (x === Number.NEGATIVE_INFINITY ? Number.NaN : x)),
    ),
  ],
  [
    "every distribution",
    "forgets a token",
    withLogProbs((logProbs) => logProbs.subarray(0, logProbs.length - 1)),
  ],
  [
    "every distribution",
    "is not normalised after c",
    withLogProbs((logProbs, { state }) =>
      state[0]!.at(-1) === 4 ? logProbs.map((x) => x - 0.001) : logProbs,
    ),
  ],
  [
    "one token at a time",
    "reads the last of many tokens only",
    mutate((right) => ({
      advance: (state, tokens) =>
        state.length === 1 ? right.advance(state, tokens.slice(-1)) : right.advance(state, tokens),
    })),
  ],
  [
    "one token at a time",
    "reads the tokens from behind",
    mutate((right) => ({
      advance: (state, tokens) => right.advance(state, tokens.slice().reverse()),
    })),
  ],
  [
    "one token at a time",
    "starts anew with each piece",
    mutate((right) => ({
      advance: (state, tokens) => right.advance(right.start(state.length), tokens),
    })),
  ],
  [
    "one token at a time",
    "gives the state before the tokens",
    mutate((right) => ({
      advance: (state, tokens) => ({ ...right.advance(state, tokens), state }),
    })),
  ],
  [
    "a state advanced twice",
    "moves the state itself on",
    mutate((right) => ({
      advance(state, tokens) {
        const next = right.advance(state, tokens);
        (state as (readonly number[])[]).splice(0, state.length, ...next.state);
        return { state, logProbs: next.logProbs };
      },
    })),
  ],
  [
    "a state advanced twice",
    "appends what it reads to a cache that all states share",
    (() => {
      interface Cached {
        readonly caches: readonly number[][];
        readonly length: number;
      }
      const toy = contextModel({ vocabulary, contextLength: 2, probabilities }) as Mutant;
      const model: LanguageModel<Cached> = {
        vocabulary,
        contextLength: 2,
        start: (batch = 1) => ({ caches: Array.from({ length: batch }, () => []), length: 0 }),
        advance({ caches, length }, tokens) {
          const n = tokens.length / caches.length;
          for (const [row, cache] of caches.entries())
            for (let i = 0; i < n; i++) cache[length + i] = tokens[row * n + i]!;
          const read = caches.map((cache) => cache.slice(0, length + n));
          const { logProbs } = toy.advance(toy.start(read.length), Int32Array.from(read.flat()));
          return { state: { caches, length: length + n }, logProbs };
        },
        select: ({ caches, length }, rows) => ({
          caches: rows.map((row) => [...caches[row]!]),
          length,
        }),
      };
      return model;
    })(),
  ],
  [
    "a state advanced twice",
    "gives every answer in the same array",
    (() => {
      const answer = new Float32Array(vocabulary.size);
      return withLogProbs((logProbs) => {
        if (logProbs.length !== answer.length) return logProbs;
        answer.set(logProbs);
        return answer;
      });
    })(),
  ],
  [
    "the tokens read",
    "keeps the tokens by reference",
    mutate((right) => ({
      advance: (state, tokens) => ({
        ...right.advance(state, tokens),
        state: state.map((_, i) => {
          const n = tokens.length / state.length;
          return tokens.subarray(i * n, (i + 1) * n) as unknown as number[];
        }),
      }),
    })),
  ],
  [
    "the tokens read",
    "writes to the tokens",
    mutate((right) => ({
      advance(state, tokens) {
        const next = right.advance(state, tokens);
        tokens.fill(2);
        return next;
      },
    })),
  ],
  [
    "a batch",
    "answers every row by the first",
    withLogProbs((logProbs) => logProbs.map((_, i) => logProbs[i % vocabulary.size]!)),
  ],
  [
    "a batch",
    "takes its tokens column by column",
    mutate((right) => ({
      advance(state, tokens) {
        const n = tokens.length / state.length;
        return right.advance(
          state,
          tokens.map((_, i) => tokens[(i % n) * state.length + Math.floor(i / n)]!),
        );
      },
    })),
  ],
  [
    "a batch",
    "lets the rows change places",
    mutate((right) => ({
      advance(state, tokens) {
        const next = right.advance(state, tokens);
        return { ...next, state: next.state.toReversed() };
      },
    })),
  ],
  [
    "selected rows",
    "gives the rows in their old order",
    mutate((right) => ({ select: (state, rows) => right.select(state, rows.toSorted()) })),
  ],
  [
    "selected rows",
    "gives the first rows",
    mutate((right) => ({ select: (state, rows) => right.select(state, [...rows.keys()]) })),
  ],
  ["selected rows", "keeps all rows", mutate(() => ({ select: (state) => state }))],
  [
    "selected rows",
    "starts anew",
    mutate((right) => ({ select: (_, rows) => right.start(rows.length) })),
  ],
  [
    "score",
    "scores the first token too",
    mutate((right) => ({
      score: async (sequences) =>
        (await right.score!(sequences)).map((scores) => Float32Array.of(0, ...scores)),
    })),
  ],
  [
    "score",
    "is one token late",
    mutate((right) => ({
      score: async (sequences) =>
        (await right.score!(sequences)).map((scores) => scores.map((x, i) => scores[i - 1] ?? x)),
    })),
  ],
  [
    "score",
    "knows one token of context only",
    mutate(() => ({
      score: async (sequences) =>
        sequences.map((tokens) =>
          Float32Array.from(tokens.subarray(1), (token, i) =>
            Math.log(probabilities([tokens[i]!])[token]!),
          ),
        ),
    })),
  ],
  [
    "score",
    "cuts all sequences to the shortest",
    mutate((right) => ({
      async score(sequences) {
        const shortest = Math.min(...sequences.map(({ length }) => length));
        return right.score!(sequences.map((tokens) => tokens.slice(0, shortest)));
      },
    })),
  ],
  [
    "score",
    "leaves sequences of one token out",
    mutate((right) => ({
      score: (sequences) => right.score!(sequences.filter(({ length }) => length > 1)),
    })),
  ],
  [
    "score",
    "carries the state over from one sequence to the next",
    mutate((right) => ({
      async score(sequences) {
        const all = Int32Array.from(sequences.flatMap((tokens) => [...tokens]));
        const [scores] = await right.score!([all]);
        let at = 0;
        return sequences.map(({ length }) => {
          at += length;
          return scores!.slice(at - length, at - 1);
        });
      },
    })),
  ],
  ["nothing before", "sees more than it says", mutate(() => ({ contextLength: 1 }))],
  ["nothing before", "sees anything at all", mutate(() => ({ contextLength: 0 }))],
  ["contextLength and", "has half a context", mutate(() => ({ contextLength: 2.5 }))],
  ["contextLength and", "has an unknown context", mutate(() => ({ contextLength: Number.NaN }))],
  [
    "contextLength and",
    "has an infinite limit",
    mutate(() => ({ maximumLength: Number.POSITIVE_INFINITY })),
  ],
  [
    "a text longer",
    "cannot read on in one piece",
    mutate(
      (right) => ({
        advance(state, tokens) {
          if (tokens.length / state.length > 8) throw new RangeError("no position 8");
          return right.advance(state, tokens);
        },
      }),
      { maximumLength: 8 },
    ),
  ],
  ["a text longer", "cannot read on piece by piece", { ...nanAfter(8), maximumLength: 8 }],
  ["a text longer", "cannot read on for long", { ...nanAfter(12), maximumLength: 8 }],
];

async function broken(options: Parameters<typeof languageModelCases>[0]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of languageModelCases(options))
    await run().catch(() => names.push(name));
  return names;
}

describe("the suite fails a model", () => {
  it("unless it is right", async () => {
    expect(await broken({ model: mutate(() => ({})), tolerance: 1e-6 })).toEqual([]);
  });

  it.each(mutants)("(%s …) that %s", async (law, _, model) => {
    const names = await broken({ model, tolerance: 1e-6 });
    expect(names.filter((name) => name.startsWith(law))).toHaveLength(1);
  });

  it("and says which law it broke, and where", async () => {
    const model = mutate((right) => ({ select: (state) => right.select(state, [0]) }));
    const [select] = languageModelCases({ model, tolerance: 1e-6 }).filter(({ name }) =>
      name.startsWith("selected"),
    );
    await expect(select!.run()).rejects.toThrow(/rows \[2,0,0,1\] of 3/);
  });
});

type Mistake =
  | "leaks"
  | "leaks in select"
  | "leaks in score"
  | "frees a state when it is advanced"
  | "frees what a state came from with it"
  | "frees what came from a state with it"
  | "gives the state itself out again";

/** A model whose states lie in a store outside: what `release` has to do there. */
function stored(mistake?: Mistake) {
  const toy = contextModel({ vocabulary, contextLength: 2, probabilities }) as Mutant;
  const store = new Map<number, State>();
  const parents = new Map<number, number>();
  let count = 0;
  const put = (rows: State, parent?: number) => {
    store.set(++count, rows);
    if (parent !== undefined) parents.set(count, parent);
    return count;
  };
  const get = (state: number) => {
    const rows = store.get(state);
    if (!rows) throw new Error(`state ${state} has been released`);
    return rows;
  };
  const model: LanguageModel<number> = {
    ...toy,
    start: (batch) => put(toy.start(batch)),
    advance(state, tokens) {
      const next = toy.advance(get(state), tokens);
      if (mistake === "frees a state when it is advanced") store.delete(state);
      return { state: put(next.state, state), logProbs: next.logProbs };
    },
    select(state, rows) {
      const selected = toy.select(get(state), rows);
      if (mistake === "leaks in select") put(selected);
      if (mistake === "gives the state itself out again" && rows.length === 2) {
        store.set(state, selected);
        return state;
      }
      return put(selected, state);
    },
    score(sequences) {
      if (mistake === "leaks in score") put([]);
      return scoreSequences(toy, sequences);
    },
    release(state) {
      if (mistake === "leaks") return;
      store.delete(state);
      if (mistake === "frees what a state came from with it") store.delete(parents.get(state) ?? 0);
      if (mistake === "frees what came from a state with it")
        for (const [child, parent] of parents) if (parent === state) store.delete(child);
    },
  };
  return { model, tolerance: 1e-6, memory: () => store.size };
}

describe("the suite fails a model whose states lie outside", () => {
  it("unless it is right", async () => {
    expect(await broken(stored())).toEqual([]);
  });

  it.each([
    ["release gives", "leaks"],
    ["release gives", "leaks in select"],
    ["release gives", "leaks in score"],
    ["a state advanced twice", "frees a state when it is advanced"],
    ["releasing a state leaves those it", "frees what a state came from with it"],
    ["releasing a state leaves those that", "frees what came from a state with it"],
    ["releasing a state leaves those it", "gives the state itself out again"],
  ] as const)("(%s …) and that %s", async (law, mistake) => {
    const names = await broken(stored(mistake));
    expect(names.filter((name) => name.startsWith(law))).toHaveLength(1);
  });
});
