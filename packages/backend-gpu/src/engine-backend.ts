import type { Device } from "./device/device.ts";
import { Engine } from "./engine.ts";
import { fused, fusedBackward } from "./fused/index.ts";
import type { GpuBackend } from "./gpu.ts";
import type { GpuTensor } from "./gpu-tensor.ts";
import { elementwise } from "./ops/elementwise.ts";
import { matmul } from "./ops/matmul.ts";
import { movement } from "./ops/movement.ts";
import { contiguous } from "./ops/pointwise.ts";
import { reduction } from "./ops/reduction.ts";
import { tables } from "./ops/tables.ts";

/** The whole contract on a device. */
export function backendOn(device: Device): GpuBackend {
  const engine = new Engine(device);
  const ops = engine.owning({
    fromArray: (data: ArrayLike<number>, shape: readonly number[]) =>
      engine.upload(new Float32Array(data), [...shape]),
    /** A view of `x` in one piece. */
    inOnePiece: (x: GpuTensor) => engine.view(contiguous(engine, x), x.shape),
    ...elementwise(engine),
    ...reduction(engine),
    ...matmul(engine),
    ...tables(engine),
    ...movement(engine),
  });
  const { inOnePiece, ...primitives } = ops;
  return {
    name: `gpu(${device.mode})`,
    mode: device.mode,
    adapter: device.adapter,
    counts: () => device.counts,
    close: () => device.close(),
    ...primitives,
    fused: engine.owning(fused(engine)),
    fusedBackward: engine.owning(fusedBackward(engine)),
    async read(x) {
      const whole = inOnePiece(x);
      const { memory } = engine.storageOf(whole);
      const values = memory ? device.read(memory, x.size) : new Float32Array(0);
      // The device reads in its turn: what is freed now is reused only afterwards.
      engine.dispose(whole);
      return values;
    },
    dispose: (x) => engine.dispose(x),
    memory: () => ({ tensors: engine.tensors, bytes: engine.bytes }),
  };
}
