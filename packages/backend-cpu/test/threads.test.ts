import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openEngine } from "../src/cpu.ts";
import type { Kernels } from "../src/generated/kernels.ts";
import { cpu } from "../src/index.ts";

describe("threads", () => {
  it("take part in the work, and stop when the engine is closed", async () => {
    let kernels: Kernels | undefined;
    const engine = await openEngine({
      threads: 2,
      observe: (made) => {
        kernels = made;
        return made;
      },
    });
    const x = engine.fromArray(new Float32Array(300_000), [300_000]);
    const deadline = Date.now() + 10_000;
    while (kernels!.chunksHelped() === 0 && Date.now() < deadline)
      engine.dispose(engine.unary("exp", x));
    expect(kernels!.chunksHelped()).toBeGreaterThan(0);

    engine.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const helped = kernels!.chunksHelped();
    for (let i = 0; i < 200; i++) engine.dispose(engine.unary("exp", x));
    expect(kernels!.chunksHelped()).toBe(helped);
    expect((await engine.read(engine.unary("exp", x)))[299_999]).toBe(1);
  });

  it("wake up again after they have gone to sleep", async () => {
    let kernels: Kernels | undefined;
    const engine = await openEngine({
      threads: 2,
      observe: (made) => {
        kernels = made;
        return made;
      },
    });
    const x = engine.fromArray(new Float32Array(300_000), [300_000]);
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const before = kernels!.chunksHelped();
      const deadline = Date.now() + 10_000;
      while (kernels!.chunksHelped() === before && Date.now() < deadline)
        engine.dispose(engine.unary("exp", x));
      expect(kernels!.chunksHelped()).toBeGreaterThan(before);
    }
    engine.close();
  });

  it("do not keep the process alive", () => {
    const program = `
      const { cpu } = await import(${JSON.stringify(fileURLToPath(new URL("../src/index.ts", import.meta.url)))});
      const b = await cpu({ threads: 3 });
      const x = b.fromArray([1, 2], [2]);
      console.log([...(await b.read(b.binary("add", x, x)))].join());`;
    const output = execFileSync(
      process.execPath,
      ["--conditions=@lm/source", "--input-type=module", "--eval", program],
      { encoding: "utf8", timeout: 20_000 },
    );
    expect(output.trim()).toBe("2,4");
  });

  it("are a whole number of them", async () => {
    await expect(cpu({ threads: 0 })).rejects.toThrow("threads is 0");
    await expect(cpu({ threads: 1.5 })).rejects.toThrow("threads is 1.5");
  });
});
