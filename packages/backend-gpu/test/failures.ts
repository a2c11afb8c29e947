import { describe, expect, it } from "vitest";
import type { Device } from "../src/device/device.ts";
import { GpuError, GpuLostError } from "../src/index.ts";
import { flatKernel, X } from "../src/kernel.ts";

/** Sources that gpu.js, or the device, does not take. */
const broken = {
  "gpu.js": flatKernel("broken", {}, "return nothing(1.0);"),
  "the device": flatKernel(
    "broken",
    { n: "integer" },
    `let s = 0.0; const s = 1.0; for (let k = 0; k < n; k++) { s += ${X}; } return s;`,
  ),
};

/** What a device does when something fails on it. */
export function testFailures(
  name: string,
  open: () => Promise<{ readonly device: Device; lose(): void }>,
): void {
  describe(`a failing ${name} device`, () => {
    it.each(Object.entries(broken))(
      "tells at read of a kernel that %s refuses, by the name of its op",
      async (_, kernel) => {
        const { device } = await open();
        const memory = device.run(
          kernel,
          [4, 1, 1],
          Object.keys(kernel.parameters).map(() => 3),
        );
        const failure = await device.read(memory, 4).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(GpuError);
        expect(failure).toMatchObject({ operation: "broken" });
        await device.close();
      },
    );

    it("tells at read that it was lost, and another can be opened", async () => {
      const { device, lose } = await open();
      const memory = device.upload(Float32Array.of(1, 2));
      expect(await device.read(memory, 2)).toEqual(Float32Array.of(1, 2));
      lose();
      await expect(device.read(memory, 2)).rejects.toThrow(GpuLostError);
      const next = await open();
      const again = next.device.upload(Float32Array.of(3));
      expect(await next.device.read(again, 1)).toEqual(Float32Array.of(3));
      await next.device.close();
    });

    it("refuses what comes after it was closed", async () => {
      const { device } = await open();
      await device.close();
      expect(() => device.upload(Float32Array.of(1))).toThrow("the engine was closed");
    });
  });
}
