import { type Backend, isDecorator } from "@lm/backend";
import type { ConformanceTest } from "./conformance.ts";
import { expectClose } from "./expect-close.ts";

/** What the contract promises beside values: whose memory is whose, and that all of it comes back. */
export function contractTests(b: Backend): ConformanceTest[] {
  const data = () => [1, 2, 3, 4, 5, 6];
  const tests: ConformanceTest[] = [
    {
      name: "fromArray takes a copy",
      async run() {
        const source = Float32Array.from(data());
        const x = b.fromArray(source, [6]);
        source.fill(9);
        expectClose(await b.read(x), data(), 0);
        b.dispose(x);
      },
    },
    {
      name: "read gives a copy",
      async run() {
        const x = b.fromArray(data(), [6]);
        (await b.read(x)).fill(9);
        expectClose(await b.read(x), data(), 0);
        b.dispose(x);
      },
    },
    {
      name: "views outlive what they were made from, and it them",
      async run() {
        const x = b.fromArray(data(), [2, 3]);
        const views = [
          b.reshape(x, [6]),
          b.permute(x, [1, 0]),
          b.slice(x, 1, 0, 2),
          b.expand(x, [1, 2, 3]),
        ];
        b.dispose(views[0]!);
        expectClose(await b.read(x), data(), 0);
        b.dispose(x);
        const churn = Array.from({ length: 8 }, () => b.fromArray(Array(6).fill(-1), [6]));
        expectClose(await b.read(views[1]!), [1, 4, 2, 5, 3, 6], 0);
        expectClose(await b.read(views[2]!), [1, 2, 4, 5], 0);
        expectClose(await b.read(views[3]!), data(), 0);
        for (const handle of [...views.slice(1), ...churn]) b.dispose(handle);
      },
    },
    {
      name: "no op changes its inputs",
      async run() {
        const x = b.fromArray(data(), [2, 3]);
        const y = b.fromArray(data(), [2, 3]);
        const made = [
          b.binary("add", x, y),
          b.unary("exp", x),
          b.matmul(x, y, { transposeB: true }),
          b.reduce("sum", x, 0),
          b.scatterAdd(b.fromArray([0, 0], [2]), x, 1),
        ];
        expectClose(await b.read(x), data(), 0);
        expectClose(await b.read(y), data(), 0);
        for (const handle of [x, y, ...made]) b.dispose(handle);
      },
    },
  ];
  // A decorator leaves the freeing to whoever owns it.
  if (isDecorator(b)) return tests;
  return [
    ...tests,
    {
      name: "dispose gives everything back",
      async run() {
        const before = b.memory();
        const x = b.fromArray(data(), [2, 3]);
        const made = [x, b.reshape(x, [3, 2]), b.permute(x, [1, 0]), b.binary("add", x, 1)];
        const during = b.memory();
        if (during.tensors !== before.tensors + 4 || during.bytes <= before.bytes)
          throw new Error(
            `memory() went from ${JSON.stringify(before)} to ${JSON.stringify(during)} with 4 tensors more`,
          );
        for (const handle of made) b.dispose(handle);
        const after = b.memory();
        if (after.tensors !== before.tensors || after.bytes !== before.bytes)
          throw new Error(`memory() was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`);
      },
    },
    {
      name: "a disposed tensor is refused",
      async run() {
        const x = b.fromArray(data(), [6]);
        b.dispose(x);
        let refused = false;
        try {
          b.unary("negate", x);
        } catch {
          refused = true;
        }
        if (!refused) throw new Error("an op on a disposed tensor did not throw");
      },
    },
  ];
}
