import { type LanguageModel, sentenceStart } from "@lm/model";
import { contextModel, countStates, markovChain, randomMarkovChain } from "@lm/model/testing";
import { Generator } from "@lm/random";
import { bpeTokenizer, characterTokenizer, type Tokenizer, wordTokenizer } from "@lm/text";
import { describe, expect, it } from "vitest";
import { complete } from "./complete.ts";
import { generate, type Piece } from "./generate.ts";
import type { SamplerStep } from "./sampler/step.ts";
import { temperature } from "./sampler/temperature.ts";
import { topK } from "./sampler/top-k.ts";

/** A model that goes through `text` again and again: what follows the first i tokens read is token i. */
function reciter(tokenizer: Tokenizer, ids: readonly number[]): LanguageModel {
  return contextModel({
    vocabulary: tokenizer.vocabulary,
    contextLength: Number.POSITIVE_INFINITY,
    probabilities: ({ length }) =>
      tokenizer.vocabulary.tokens.map((_, id) => (id === ids[(length - 1) % ids.length] ? 1 : 0)),
  });
}

async function collect(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const all: Piece[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

const letters = characterTokenizer("abcdefg \n");
const words = wordTokenizer("the cat sat on mats");

describe("generate", () => {
  it("takes the most probable token by default, of equals the lowest id", async () => {
    const tokenizer = characterTokenizer("abc");
    const model = markovChain(tokenizer.vocabulary, [
      [1, 0, 0, 0],
      [0, 0.2, 0.4, 0.4],
      [0, 0, 0.25, 0.75],
      [0, 0.5, 0.5, 0],
    ]);
    expect(await collect(generate(model, tokenizer, "ca", { maxTokens: 3 }))).toEqual([
      { text: "b", token: 2, logProb: expect.closeTo(Math.log(0.4), 6) },
      { text: "c", token: 3, logProb: expect.closeTo(Math.log(0.75), 6) },
      { text: "a", token: 1, logProb: expect.closeTo(Math.log(0.5), 6) },
      { text: "", finish: "length" },
    ]);
  });

  it("reads the whole prompt, then each of its own tokens", async () => {
    const seen: number[][] = [];
    const model = contextModel({
      vocabulary: letters.vocabulary,
      contextLength: Number.POSITIVE_INFINITY,
      probabilities(context) {
        seen.push([...context]);
        return letters.vocabulary.tokens.map((_, id) => (id === 3 ? 1 : 0));
      },
    });
    const prompt = letters.encode("abc");
    await complete(model, letters, "abc", { maxTokens: 3 });
    expect(seen).toEqual([[...prompt], [...prompt, 3], [...prompt, 3, 3]]);
  });

  it("shows the steps of the sampler the prompt and what came after it", async () => {
    const seen: unknown[] = [];
    const watch: SamplerStep = {
      name: "watch",
      apply: (_, { tokens, promptLength }) => seen.push([[...tokens], promptLength]),
    };
    const options = { sampler: [watch, temperature(0)], maxTokens: 3 };
    await complete(reciter(letters, [5, 5, 6, 7]), letters, "ab", options);
    const [a, b] = letters.encode("ab");
    expect(seen).toEqual([
      [[a, b], 2],
      [[a, b, 5], 2],
      [[a, b, 5, 6], 2],
    ]);
  });

  it("gives the model's own log-probability whatever the sampler does", async () => {
    const tokenizer = characterTokenizer("ab");
    const model = markovChain(tokenizer.vocabulary, [
      [1, 0, 0],
      [0, 0.25, 0.75],
      [0, 0.25, 0.75],
    ]);
    const sampler = [temperature(3), topK(1)];
    const { tokens, logProbs } = await complete(model, tokenizer, "a", { sampler, maxTokens: 2 });
    expect(tokens).toEqual([2, 2]);
    expect(logProbs).toEqual(Array(2).fill(expect.closeTo(Math.log(0.75), 6)));
  });

  it("gives the same text for the same seed", async () => {
    const model = randomMarkovChain(letters.vocabulary, new Generator(2));
    const text = (seed: number) =>
      complete(model, letters, "a", { sampler: [temperature(1.5)], seed, maxTokens: 30 });
    expect(await text(3)).toEqual(await text(3));
    expect((await text(3)).text).not.toBe((await text(4)).text);
  });

  it("draws as often as the model's probabilities say", async () => {
    const tokenizer = characterTokenizer("abcd");
    const probabilities = [0, 0.5, 0.25, 0.15, 0.1];
    const model = contextModel({
      vocabulary: tokenizer.vocabulary,
      contextLength: 0,
      probabilities: () => probabilities,
    });
    const maxTokens = 20_000;
    const { tokens } = await complete(model, tokenizer, "a", { sampler: [], seed: 5, maxTokens });
    const statistic = [1, 2, 3, 4].reduce((sum, id) => {
      const expected = probabilities[id]! * maxTokens;
      return sum + (tokens.filter((token) => token === id).length - expected) ** 2 / expected;
    }, 0);
    // The 99.9 % quantile of χ² with three degrees of freedom.
    expect(statistic).toBeLessThan(16.27);
  });
});

describe("the end of a text", () => {
  const sentence = [...words.encode("the cat sat\non mats\n")];
  const model = reciter(words, sentence);

  it("is </s>, which has a piece but no text", async () => {
    const pieces = await collect(generate(model, words, ""));
    const eos = sentenceStart(words.vocabulary)!;
    expect(pieces.map(({ text }) => text)).toEqual(["the", " cat", " sat", "", ""]);
    expect(pieces.at(-2)).toEqual({ text: "", token: eos, logProb: 0 });
    expect(pieces.at(-1)).toEqual({ text: "", finish: "end" });
  });

  it("is not </s> for who wants more sentences", async () => {
    const { text, finish } = await complete(model, words, "", { ignoreEos: true, maxTokens: 9 });
    expect(text).toBe("the cat sat\non mats\nthe cat");
    expect(finish).toBe("length");
  });

  it("begins the text with a space where a sentence goes on, and without where one begins", async () => {
    const space = reciter(words, [...words.encode("x mats\n")]);
    expect((await complete(space, words, "the", { maxTokens: 1 })).text).toBe(" mats");
    expect((await complete(model, words, "the\n", { maxTokens: 2 })).text).toBe("sat");
  });

  it("may be any number of tokens", async () => {
    for (const maxTokens of [0, 1, 5]) {
      const pieces = await collect(generate(reciter(letters, [1, 2]), letters, "a", { maxTokens }));
      expect(pieces.length).toBe(maxTokens + 1);
      expect(pieces.at(-1)).toEqual({ text: "", finish: "length" });
    }
    const pieces = await collect(generate(reciter(letters, [1, 2]), letters, "a"));
    expect(pieces.length).toBe(257);
  });
});

describe("a stop string", () => {
  const model = reciter(letters, [...letters.encode("abc\n\ndefg")]);

  it("ends the text before it, across tokens, and nothing of it leaks", async () => {
    const pieces = await collect(generate(model, letters, "g", { stop: ["zzz", "\n\nd"] }));
    expect(pieces.map(({ text }) => text)).toEqual(["a", "b", "c", "", "", "", ""]);
    expect(pieces.at(-1)).toEqual({ text: "", finish: "stop" });
    expect(pieces.filter(({ token }) => token !== undefined).length).toBe(6);
  });

  it("that does not come after all holds the text back only as long", async () => {
    const options = { stop: ["\n\nx", "fgz"], maxTokens: 9 };
    const pieces = await collect(generate(model, letters, "g", options));
    expect(pieces.map(({ text }) => text)).toEqual([
      "a",
      "b",
      "c",
      "",
      "",
      "\n\nd",
      "e",
      "",
      "",
      "fg",
    ]);
    expect(pieces.at(-1)!.finish).toBe("length");
  });

  it("may be the end of a line of a model of sentences", async () => {
    const sentences = reciter(words, [...words.encode("the cat\nsat\n")]);
    const { text, finish } = await complete(sentences, words, "", {
      ignoreEos: true,
      stop: ["t\ns"],
    });
    expect([text, finish]).toEqual(["the ca", "stop"]);
  });

  it("in the middle of a token leaves what stands before it", async () => {
    const sentences = reciter(words, [...words.encode("the cat sat")]);
    const { text, tokens, finish } = await complete(sentences, words, "", { stop: ["sa", "at s"] });
    expect([text, tokens.length, finish]).toEqual(["the c", 3, "stop"]);
  });
});

describe("streaming", () => {
  it("gives whole characters, and all of them", async () => {
    const text = "héllo wörld 🎉!";
    const tokenizer = bpeTokenizer("", { size: 256 });
    const ids = [...tokenizer.encode(text)];
    const pieces = await collect(
      generate(reciter(tokenizer, ids), tokenizer, "x", { maxTokens: ids.length }),
    );
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.some((piece) => piece.text.includes("\uFFFD"))).toBe(false);
    const cut = await complete(reciter(tokenizer, ids), tokenizer, "x", { maxTokens: 2 });
    expect(cut.text).toBe("h\uFFFD");
  });

  it("tells what the chain did where asked", async () => {
    const model = randomMarkovChain(letters.vocabulary, new Generator(1));
    const options = { sampler: [topK(2)], trace: true, maxTokens: 2 };
    const pieces = await collect(generate(model, letters, "a", options));
    expect(pieces.map((piece) => piece.finish ?? piece.trace?.map(({ step }) => step))).toEqual([
      ["model", "topK(2)"],
      ["model", "topK(2)"],
      "length",
    ]);
    const [plain] = await collect(generate(model, letters, "a", { maxTokens: 1 }));
    expect(plain).not.toHaveProperty("trace");
  });
});

describe("states", () => {
  const chain = randomMarkovChain(letters.vocabulary, new Generator(2));

  it("are all released at the end, and only one is held between pieces", async () => {
    const { model, live } = countStates(chain);
    for await (const _ of generate(model, letters, "ab", { maxTokens: 50 }))
      expect(live()).toBeLessThanOrEqual(1);
    expect(live()).toBe(0);
  });

  it("are released when the consumer leaves", async () => {
    const { model, live } = countStates(chain);
    for await (const piece of generate(model, letters, "ab")) if (piece.token !== undefined) break;
    expect(live()).toBe(0);
    const pieces = generate(model, letters, "ab");
    expect(live()).toBe(0);
    await pieces.next();
    expect(live()).toBe(1);
    await pieces.return();
    expect(live()).toBe(0);
  });

  it("are released when the model fails", async () => {
    const { model, live } = countStates(chain);
    let advances = 0;
    const failing: LanguageModel<{ inner: unknown }> = {
      ...(model as LanguageModel<{ inner: unknown }>),
      advance(state, tokens) {
        if (++advances === 3) throw new Error("lost");
        return (model as LanguageModel<{ inner: unknown }>).advance(state, tokens);
      },
    };
    await expect(complete(failing, letters, "ab")).rejects.toThrow("lost");
    expect(live()).toBe(0);
  });

  it("are released when a signal ends it, and the piece says so", async () => {
    const { model, live } = countStates(chain);
    const controller = new AbortController();
    const pieces: Piece[] = [];
    for await (const piece of generate(model, letters, "ab", { signal: controller.signal })) {
      pieces.push(piece);
      if (pieces.length === 3) controller.abort();
    }
    expect(pieces.length).toBe(4);
    expect(pieces.at(-1)).toEqual({ text: "", finish: "abort" });
    expect(live()).toBe(0);
    const none = await collect(generate(model, letters, "ab", { signal: controller.signal }));
    expect(none).toEqual([{ text: "", finish: "abort" }]);
  });

  it("a timer may end it, though the model never waits", async () => {
    const signal = AbortSignal.timeout(20);
    const maxTokens = Number.POSITIVE_INFINITY;
    expect((await complete(chain, letters, "ab", { signal, maxTokens })).finish).toBe("abort");
  });
});

describe("options that make no sense are refused at once", () => {
  const model = randomMarkovChain(letters.vocabulary, new Generator(2));
  it.each([
    [{ maxTokens: -1 }, "maxTokens is -1"],
    [{ maxTokens: 1.5 }, "maxTokens is 1.5"],
    [{ maxTokens: Number.NaN }, "maxTokens is NaN"],
    [{ stop: ["a", ""] }, "a stop string is empty"],
    [{ seed: -1 }, "seed is -1"],
  ])("%j", (options, message) => {
    expect(() => generate(model, letters, "a", options)).toThrow(message);
  });
});
