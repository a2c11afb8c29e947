import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBlas } from "../src/blas.ts";
import { candidates } from "../src/candidates.ts";
import { native } from "../src/index.ts";

describe("the library", () => {
  it("is named by the engine", async () => {
    const backend = await native({ threads: 1 });
    expect(backend.name).toBe("native");
    expect([process.env.LM_BLAS, ...candidates()]).toContain(backend.library.split(":")[0]);
    backend.close();
  });

  it("that cannot be opened is an error that says what to do", async () => {
    const opening = native({ library: "/nowhere/libblas.so" });
    await expect(opening).rejects.toThrow("tried /nowhere/libblas.so (");
    await expect(opening).rejects.toThrow("install one (");
    await expect(opening).rejects.toThrow("LM_BLAS=/path/to/library");
  });

  it.runIf(process.platform === "linux")("without cblas_sgemm is refused", async () => {
    await expect(loadBlas("libm.so.6")).rejects.toThrow("cblas_sgemm");
  });

  it("is taken from LM_BLAS", () => {
    const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));
    const program = `
      const { native } = await import(${JSON.stringify(index)});
      await native({ threads: 1 }).catch((error) => console.log(error.message));`;
    const output = execFileSync(
      process.execPath,
      ["--conditions=@lm/source", "--input-type=module", "--eval", program],
      { encoding: "utf8", env: { ...process.env, LM_BLAS: "/no/such/blas.so" } },
    );
    expect(output).toContain("/no/such/blas.so");
  });

  it("is known for every platform by names of its own", () => {
    expect(candidates("linux")).toContain("libopenblas.so.0");
    expect(candidates("darwin").join()).toContain("Accelerate");
    expect(candidates("win32")).toContain("libopenblas.dll");
  });
});

describe("options", () => {
  it("are checked as those of cpu", async () => {
    await expect(native({ threads: 0 })).rejects.toThrow("threads is 0");
    const small = await native({ threads: 1, memoryLimit: 1000 });
    expect(() => small.fromArray(new Float32Array(1000), [1000])).toThrow("the limit of");
  });
});
