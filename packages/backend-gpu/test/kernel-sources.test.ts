import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Kernel } from "../src/kernel.ts";
import type { PointFunction } from "../src/kernels/functions.ts";
import * as functions from "../src/kernels/functions.ts";
import { joinKernel, MAX_PARTS } from "../src/kernels/join.ts";
import { flatPointwise, type OperandKind, stridedPointwise } from "../src/kernels/pointwise.ts";
import { rulesBroken } from "./kernel-rules.ts";

/** What `x` holds of a kind, however deep. */
function collect<T>(x: unknown, isOne: (x: object) => boolean): T[] {
  if (typeof x !== "object" || x === null) return [];
  return isOne(x) ? [x as T] : Object.values(x).flatMap((each) => collect<T>(each, isOne));
}

const folder = new URL("../src/kernels/", import.meta.url);
const modules: object[] = await Promise.all(
  readdirSync(folder).map((file) => import(`../src/kernels/${file.slice(0, -3)}.ts`)),
);
const written = modules.flatMap((module) =>
  collect<Kernel>({ ...module }, (x) => "source" in x && "parameters" in x),
);

/** Those that are written for a use. */
const pointFunctions = collect<PointFunction>({ ...functions }, (x) => "body" in x);
const kinds: OperandKind[] = ["tensor", "float"];
const operands = kinds.flatMap((a) => kinds.flatMap((b) => kinds.map((c) => [a, b, c])));
const pointwise = pointFunctions.flatMap((fn) =>
  operands.flatMap((of) => [
    flatPointwise(`${fn.name}.flat(${of})`, fn, of),
    stridedPointwise(`${fn.name}.strided(${of})`, fn, of),
  ]),
);
const joins = Array.from({ length: MAX_PARTS - 1 }, (_, i) =>
  [true, false].map((isFlat) => joinKernel(`concat(${i + 2},${isFlat})`, i + 2, isFlat)),
);
const kernels = [...written, ...pointwise, ...joins.flat()];

describe("the source of every kernel", () => {
  it("keeps the rules that gpu.js does not check", () => {
    expect(kernels.length).toBeGreaterThan(300);
    const broken = kernels.flatMap((kernel) =>
      rulesBroken(kernel).map((rule) => `${kernel.name}: ${rule}`),
    );
    expect(broken).toEqual([]);
  });

  it("has a name of its own", () => {
    const names = new Map<string, string>();
    for (const { name, source } of kernels) {
      expect(names.get(name) ?? source).toBe(source);
      names.set(name, source);
    }
  });
});

describe("the rules", () => {
  const broken = (body: string, parameters: Kernel["parameters"] = {}) =>
    rulesBroken({
      name: "k",
      parameters,
      source: `function () { ${body} }`,
      width: 1,
      isFlat: true,
    });

  it.each([
    ["return x[0][this.thread.x];", "x is not read by three indices"],
    ["const i = this.thread.x + n; return 1.0;", "i is an integer in a local variable"],
    ["return this.thread.x / 2.0;", "this.thread.x is divided"],
    ["return (this.thread.x + n) / 2.0;", "this.thread.x + n is divided"],
    ["return 1.0 / n;", "divided by n"],
    ["for (let i = n; i < 5; i++) { } return 1.0;", "a loop does not count up from a literal"],
    [
      "for (let i = 0; i < 5; i++) { } for (let i = 0; i < 5; i++) { } return 1.0;",
      "two loops count with i",
    ],
    ["while (x) { }", "while"],
    ["return Infinity;", "Infinity"],
    ["if (u != u) { return 1.0; }", "u is compared with itself"],
  ])("find %s", (body, rule) => {
    expect(broken(body, { x: "tensor", n: "integer" })).toContain(rule);
  });

  it("let a right kernel pass", () => {
    const body =
      "let s = 0.0; for (let k = 0; k < n; k++) { s += x[0][this.thread.y][k + n]; } return s / 2.0;";
    expect(broken(body, { x: "tensor", n: "integer" })).toEqual([]);
  });
});
