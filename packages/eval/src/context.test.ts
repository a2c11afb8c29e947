import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EvaluationContext, formatContext, parseContext } from "./context.ts";
import { EvaluationError } from "./errors.ts";

const contexts: readonly (readonly [string, EvaluationContext])[] = [
  ["document", "document"],
  ["sentence", "sentence"],
  ["window:128", { window: 128 }],
  ["window:128/64", { window: 128, stride: 64 }],
];

describe("parseContext", () => {
  it.each(contexts)("reads %s", (text, context) => {
    expect(parseContext(text)).toEqual(context);
  });

  it.each([
    ["", "is not known"],
    ["Document", "is not known"],
    ["window", "is not known"],
    ["window:", "is not known"],
    ["window:1.5", "is not known"],
    ["window:1e3", "is not known"],
    ["window:-4", "is not known"],
    ["window:64/", "is not known"],
    ["window:64/32/16", "is not known"],
    [" sentence", "is not known"],
    ["window:0", "needs 1 or more"],
    ["window:8/0", "must be 1 to 8"],
    ["window:8/9", "must be 1 to 8"],
  ])("refuses %j", (text, message) => {
    expect(() => parseContext(text)).toThrow(EvaluationError);
    expect(() => parseContext(text)).toThrow(message);
  });

  it("reads or refuses whatever comes, and what it reads it can write again", () => {
    const near = fc
      .array(fc.constantFrom("window", ":", "/", "0", "12", "9007199254740993", "document", " "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        let context: EvaluationContext;
        try {
          context = parseContext(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EvaluationError);
          return;
        }
        const written = formatContext(context);
        expect(formatContext(parseContext(written))).toBe(written);
      }),
    );
  });
});

describe("formatContext", () => {
  it.each(contexts)("writes %s", (text, context) => {
    expect(formatContext(context)).toBe(text);
  });

  it("leaves out a stride that is the default", () => {
    expect(formatContext({ window: 8, stride: 8 })).toBe("window:8");
  });

  it("writes what parseContext reads", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e15 - 1 }), fc.nat(), (window, rest) => {
        const stride = 1 + (rest % (window - 1));
        expect(parseContext(formatContext({ window, stride }))).toEqual({ window, stride });
      }),
    );
  });
});
