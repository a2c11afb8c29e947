import { describe, expect, it } from "vitest";
import { Specialisations } from "../src/device/specialisations.ts";

function counted() {
  const alive = new Set<string>();
  const kernels = new Specialisations<string>((kernel) => alive.delete(kernel));
  const find = (key: string) =>
    kernels.find(key, () => {
      alive.add(key);
      return key;
    });
  return { kernels, alive, find };
}

describe("kernels for fixed sizes", () => {
  it("are compiled once for sizes that come the third time", () => {
    const { find, alive } = counted();
    expect([find("a"), find("b"), find("a"), find("a")]).toEqual([
      undefined,
      undefined,
      undefined,
      "a",
    ]);
    alive.clear();
    expect(find("a")).toBe("a");
    expect(alive.size).toBe(0);
  });

  it("are never compiled for sizes that do not come again, and counting them is bounded", () => {
    const { kernels, find } = counted();
    for (let i = 0; i < 10_000; i++) find(`${i}`);
    expect(kernels.count).toBe(0);
  });

  it("are bounded, and those used last stay", () => {
    const { kernels, alive, find } = counted();
    for (let i = 0; i < 100; i++) for (let use = 0; use < 3; use++) find(`${i}`);
    expect(kernels.count).toBe(32);
    expect(alive.has("99") && alive.has("68")).toBe(true);
    expect(alive.has("67")).toBe(false);
  });
});
