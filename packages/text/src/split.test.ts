import fc from "fast-check";
import { expect, it } from "vitest";
import { splitByPosition } from "./split.ts";

it("cuts after the fraction of the characters, rounded down", () => {
  expect(splitByPosition("0123456789a", 0.9)).toEqual(["012345678", "9a"]);
  expect(splitByPosition("abc", 0)).toEqual(["", "abc"]);
  expect(splitByPosition("abc", 1)).toEqual(["abc", ""]);
  expect(splitByPosition("🙂🙃🙂🙃", 0.5)).toEqual(["🙂🙃", "🙂🙃"]);
});

it("cuts between characters, and loses none", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (text, fraction) => {
        const [first, last] = splitByPosition(text, fraction);
        expect(first + last).toBe(text);
        expect([...first].length).toBe(Math.floor([...text].length * fraction));
      },
    ),
  );
});

it("refuses what is no fraction", () => {
  expect(() => splitByPosition("abc", 1.1)).toThrow("fraction is 1.1, but must be from 0 to 1");
  expect(() => splitByPosition("abc", Number.NaN)).toThrow("fraction is NaN");
});
