import { type Backend, sizeOf } from "@lm/backend";
import type { CpuTensor } from "./cpu-tensor.ts";
import type { Engine } from "./engine.ts";

type Data = "fromArray" | "read" | "dispose" | "memory";

/** Values in and out. A view of the memory is made for each access: growing detaches the old ones. */
export const data = (engine: Engine): Pick<Backend<CpuTensor>, Data> => {
  const floats = (address: number, size: number) =>
    new Float32Array(engine.memory.buffer, address, size);
  return {
    fromArray(values, shape) {
      const x = engine.create([...shape]);
      floats(engine.addressOf(x), sizeOf(shape)).set(values);
      return x;
    },

    async read(x) {
      const address = engine.contiguous(x);
      const values = floats(address, x.size).slice();
      engine.finish();
      return values;
    },

    dispose: (x) => engine.dispose(x),

    memory: () => ({ tensors: engine.tensors, bytes: engine.heap.bytes }),
  };
};
