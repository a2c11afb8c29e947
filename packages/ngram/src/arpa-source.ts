/** Text or bytes in one piece or many: a string, a Node stream, a web stream, an array of either. */
export type ArpaSource =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * The text of a source in pieces. Bytes are UTF-8, or gzip of that, which they show by how they begin.
 * @throws TypeError for bytes that are not, with what is wrong in its message.
 */
export async function* textPieces(source: ArpaSource): AsyncGenerator<string> {
  if (typeof source === "string") {
    yield source;
    return;
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const piece of decompressed(source instanceof Uint8Array ? [source] : source))
    yield typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

async function* decompressed(
  source: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  let beginning = new Uint8Array(0);
  const pieces = (async function* () {
    yield* source;
  })();
  for (;;) {
    const { value, done } = await pieces.next();
    if (!done && typeof value !== "string" && beginning.length + value.length < GZIP_MAGIC.length) {
      beginning = concatenated(beginning, value);
      continue;
    }
    const first =
      typeof value === "string"
        ? value
        : concatenated(beginning, value ?? beginning.subarray(0, 0));
    const isGzip = typeof first !== "string" && GZIP_MAGIC.every((byte, i) => first[i] === byte);
    const all = (async function* () {
      yield first;
      yield* pieces;
    })();
    yield* isGzip ? gunzipped(all as AsyncGenerator<Uint8Array<ArrayBuffer>>) : all;
    return;
  }
}

async function* gunzipped(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array> {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = stream.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
