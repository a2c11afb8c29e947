/**
 * Gives a function to await between the steps of long work. Once in `milliseconds` it lets the event loop turn,
 * so that events, timers and aborts get through although the model never waits. (50 ms: what browsers call a
 * long task.)
 */
export function yieldEvery(milliseconds = 50): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < milliseconds) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
