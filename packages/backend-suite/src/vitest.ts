import { describe, it } from "vitest";
import { type ConformanceOptions, conformance } from "./conformance.ts";

/**
 * Registers the whole suite with vitest: values on every layout, gradients, and what the contract promises beside
 * them. Give it `withGrad(backend)` too.
 */
export function testBackend(options: ConformanceOptions): void {
  describe(`${options.backend.name} conforms to the backend contract`, () => {
    for (const { name, skip, run } of conformance(options))
      it.skipIf(skip !== undefined)(skip === undefined ? name : `${name} (${skip})`, run);
  });
}
