import { withGrad } from "@lm/autograd";
import { conformance } from "@lm/backend-suite";
import { testBackend } from "@lm/backend-suite/vitest";
import { describe, expect, it } from "vitest";
import { native } from "../src/index.ts";
import { openNative } from "../src/native.ts";

// As for the engine of @lm/backend-cpu.
const tolerance = 1e-5;

const backend = await native({ threads: 2 });
testBackend({ backend, tolerance });
testBackend({ backend: withGrad(backend), tolerance });

// Every product by the library, however small: otherwise most cases of the suite would not reach it.
describe.each([1, 2])("with all products by the library, threads: %i", (threads) => {
  it("conforms to the backend contract", async () => {
    const engine = await openNative({ threads, least: { side: 1, volume: 1 } });
    const failures: string[] = [];
    for (const tested of [engine, withGrad(engine)])
      for (const { name, run } of conformance({ backend: tested, tolerance }))
        await run().catch((error: Error) => failures.push(`${name}: ${error.message}`));
    engine.close();
    expect(failures).toEqual([]);
  }, 60_000);
});
