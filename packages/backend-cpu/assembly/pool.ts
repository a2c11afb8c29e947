/**
 * Threads. All instances of the module (one on the main thread, one in each worker) share one memory. A kernel hands
 * `parallel` a body and how many items there are; the items are split into chunks, and every thread claims the next
 * chunk until none is left. Nobody is told to take part: a worker that sleeps, or is not scheduled, costs nothing but
 * its help.
 *
 * One 64-bit word holds the number of chunks (upper half) and the next one (lower half), so that a claim is a single
 * atomic addition, which can never mix up two jobs: a worker that comes late finds none left, or claims a chunk of the
 * job that is running now. The main thread works too, then spins until the last chunk is done: it never blocks, which
 * a browser's main thread must not.
 *
 * Bodies read their arguments from static memory, where the kernel put them: the addresses are the same everywhere.
 */

type Body = (begin: i32, end: i32) => void;

@unmanaged
class Pool {
  /** Chunks of the current job << 32 | the next chunk. */
  claims: u64 = 0;
  /** Chunks done. */
  done: i32 = 0;
  /** The body of the current job, its number of items, and how many make a chunk. */
  body: usize = 0;
  count: i32 = 0;
  chunk: i32 = 0;
  /** Changes whenever sleeping workers are to look up. */
  signal: i32 = 0;
  sleepers: i32 = 0;
  isClosed: i32 = 0;
  /** Threads that may take part, the main one included. */
  threads: i32 = 0;
  /** Chunks that workers have done since the beginning. */
  helped: i32 = 0;
}

/** Below all static data, which every new instance of the module writes anew. */
const POOL: usize = 256;
const pool = changetype<Pool>(POOL);

/** Looks for work, about 30 µs long, before a worker goes to sleep. */
const SPINS = 20000;
/** What a chunk should take: long enough that a claim is cheap, short enough that no thread waits long for another. */
const CHUNK_NANOSECONDS: f32 = 4000;

/** This instance's thread; the main one is 0. */
let thread: i32 = 0;

export function threadIndex(): i32 {
  return thread;
}

export function threadCount(): i32 {
  return pool.threads;
}

export function startPool(threads: i32): void {
  pool.threads = threads;
}

/** How many chunks workers have done for the main thread so far. */
export function chunksHelped(): i32 {
  return atomic.load<i32>(POOL + offsetof<Pool>("helped"));
}

/** Sends the workers home. The main thread goes on alone. */
export function closePool(): void {
  pool.threads = 1;
  atomic.store<i32>(POOL + offsetof<Pool>("isClosed"), 1);
  wake();
}

function wake(): void {
  atomic.add<i32>(POOL + offsetof<Pool>("signal"), 1);
  atomic.notify(POOL + offsetof<Pool>("signal"), -1);
}

/**
 * Runs `body` over the items 0 … `count`, of which each takes about so many nanoseconds; that decides only how many make
 * a chunk. What an item computes must not depend on how the items are split.
 */
export function parallel(body: Body, count: i32, nanoseconds: f32): void {
  const chunk = <i32>max<f32>(1, min<f32>(<f32>count, CHUNK_NANOSECONDS / nanoseconds));
  if (pool.threads == 1 || count <= chunk) {
    if (count > 0) body(0, count);
    return;
  }
  const chunks = (count + chunk - 1) / chunk;
  pool.body = changetype<usize>(body);
  pool.count = count;
  pool.chunk = chunk;
  atomic.store<i32>(POOL + offsetof<Pool>("done"), 0);
  atomic.store<u64>(POOL + offsetof<Pool>("claims"), (<u64>chunks) << 32);
  if (atomic.load<i32>(POOL + offsetof<Pool>("sleepers")) > 0) wake();
  while (runChunk()) {}
  while (atomic.load<i32>(POOL + offsetof<Pool>("done")) < chunks) {}
}

// @inline
function hasChunk(claims: u64): bool {
  return <u32>claims < <u32>(claims >> 32);
}

/** Claims and runs one chunk of the current job, if there is one left. */
function runChunk(): bool {
  if (!hasChunk(atomic.load<u64>(POOL + offsetof<Pool>("claims")))) return false;
  const claim = atomic.add<u64>(POOL + offsetof<Pool>("claims"), 1);
  if (!hasChunk(claim)) return false;
  const begin = <i32>(<u32>claim) * pool.chunk;
  const body = changetype<Body>(pool.body);
  body(begin, min(begin + pool.chunk, pool.count));
  if (thread != 0) atomic.add<i32>(POOL + offsetof<Pool>("helped"), 1);
  atomic.add<i32>(POOL + offsetof<Pool>("done"), 1);
  return true;
}

/** The life of a worker: returns when the pool is closed. */
export function work(index: i32): void {
  thread = index;
  let idle = 0;
  while (!atomic.load<i32>(POOL + offsetof<Pool>("isClosed"))) {
    if (runChunk()) idle = 0;
    else if (++idle > SPINS) {
      sleep();
      idle = 0;
    }
  }
}

/**
 * Waits for the next signal. The order matters: once a worker counts as sleeping, either the main thread sees it and
 * sends a signal, or the worker sees the new job.
 */
function sleep(): void {
  atomic.add<i32>(POOL + offsetof<Pool>("sleepers"), 1);
  const signal = atomic.load<i32>(POOL + offsetof<Pool>("signal"));
  const isNeeded =
    hasChunk(atomic.load<u64>(POOL + offsetof<Pool>("claims"))) ||
    atomic.load<i32>(POOL + offsetof<Pool>("isClosed")) != 0;
  if (!isNeeded) atomic.wait<i32>(POOL + offsetof<Pool>("signal"), signal, -1);
  atomic.sub<i32>(POOL + offsetof<Pool>("sleepers"), 1);
}
