/** The linear memory that the kernels and all tensors live in. It only ever grows. */

const PAGE = 65536;
/** What 32-bit addresses reach. */
export const MAX_BYTES = 2 ** 32;
/** The memory grows by so much at a time, where it can: growing is slow, and memory that is not written to is free. */
const GROWTH = 2 ** 24;

/** A memory that may grow as far as the system allows. Some reserve the maximum, and refuse a large one. */
export function createMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = MAX_BYTES / PAGE; ; maximum /= 2)
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (error) {
      if (maximum <= 1024) throw error;
    }
}

/** Makes the memory at least so large. Returns whether it is. */
export function growMemory(memory: WebAssembly.Memory, bytes: number): boolean {
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return true;
  for (const amount of [Math.max(missing, GROWTH), missing])
    try {
      memory.grow(Math.ceil(amount / PAGE));
      return true;
    } catch {
      // Beyond the maximum, or more than the system gives: less may do.
    }
  return false;
}
