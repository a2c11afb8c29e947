import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopMatcher } from "./stop-matcher.ts";

function stream(pieces: readonly string[], stop: readonly string[]) {
  const matcher = new StopMatcher(stop);
  const given: string[] = [];
  for (const piece of pieces) {
    const { text, isStopped } = matcher.push(piece);
    given.push(text);
    if (isStopped) return { given, isStopped };
  }
  return { given: [...given, matcher.end()], isStopped: false };
}

/** The text before the stop string that is complete first. */
function before(text: string, stop: readonly string[]): string | undefined {
  for (let end = 1; end <= text.length; end++) {
    const matches = stop.filter((each) => text.slice(0, end).endsWith(each));
    if (matches.length > 0)
      return text.slice(0, end - Math.max(...matches.map(({ length }) => length)));
  }
  return undefined;
}

describe("StopMatcher", () => {
  it("holds back what may become a stop string, and no more", () => {
    expect(stream(["one", " END", "IN", "G", " and"], [" ENDED"])).toEqual({
      given: ["one", "", " ENDIN", "G", " and", ""],
      isStopped: false,
    });
  });

  it("finds a stop string across pieces", () => {
    expect(stream(["one\n", "\nROM", "EO:"], ["\n\nR"])).toEqual({
      given: ["one", ""],
      isStopped: true,
    });
  });

  it("gives out what it held when nothing follows", () => {
    expect(stream(["one", "\n"], ["\n\n"])).toEqual({ given: ["one", "", "\n"], isStopped: false });
  });

  it("gives the text before the first complete stop string, however it is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
    const stops = fc.array(
      fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(fc.array(text), stops, (pieces, stop) => {
        const { given, isStopped } = stream(pieces, stop);
        const expected = before(pieces.join(""), stop);
        expect(given.join("")).toBe(expected ?? pieces.join(""));
        expect(isStopped).toBe(expected !== undefined);
      }),
      { numRuns: 500 },
    );
  });
});
