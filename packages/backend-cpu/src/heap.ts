import { OutOfMemoryError, type Shape, sizeOf } from "@lm/backend";
import { growMemory, MAX_BYTES } from "./linear-memory.ts";
import { bytesOfClass, CLASSES, classOf } from "./size-classes.ts";

/** A piece of linear memory that tensors may share. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
  /** How many tensors show it; a free block has none. */
  references: number;
  /** The shape that it was last taken for, by which an error names it. */
  shape: Shape;
}

interface Span {
  readonly address: number;
  readonly bytes: number;
}

/** Kernels may read so many bytes past the end of a block. */
const SLACK = 64;

/**
 * The heap: what is left of linear memory above the kernels' own part, in blocks of fixed size classes with a list of
 * free ones for each. A loop that always asks for the same sizes always gets the same blocks. Free neighbours are
 * merged only when the address space has run out.
 */
export class Heap {
  readonly #memory: WebAssembly.Memory;
  readonly #limit: number;
  /** Every block there is, free or not. */
  #blocks: Block[] = [];
  #free: Block[][] = Array.from({ length: CLASSES }, () => []);
  /** Merged free space, from which blocks are cut before the end moves on. */
  #holes: Span[] = [];
  /** Where memory begins that was never used. */
  #end: number;
  #bytes = 0;

  /** `start` is where the heap begins; no more than `limit` bytes may be taken at a time. */
  constructor(memory: WebAssembly.Memory, start: number, limit: number) {
    this.#memory = memory;
    this.#end = Math.ceil(start / 64) * 64;
    this.#limit = limit;
  }

  /** Bytes of the blocks in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A block for a tensor of 4-byte elements, with one reference. What it holds is undefined.
   * @throws OutOfMemoryError naming who holds most.
   */
  take(shape: Shape): Block {
    const needed = sizeOf(shape) * 4;
    const index = classOf(needed);
    const bytes = bytesOfClass(index);
    if (this.#bytes + Math.max(needed, bytes) > this.#limit)
      throw this.#outOfMemory(shape, needed, `the limit of ${inUnits(this.#limit)}`);
    const block = this.#free[index]!.pop() ?? this.#cut(shape, bytes);
    this.#bytes += bytes;
    block.references = 1;
    block.shape = shape;
    return block;
  }

  /** Takes one reference back; without any the block is free. */
  release(block: Block): void {
    block.references -= 1;
    if (block.references > 0) return;
    this.#bytes -= block.bytes;
    this.#free[classOf(block.bytes)]!.push(block);
  }

  /** A new block, from free space or from the end of the memory. */
  #cut(shape: Shape, bytes: number): Block {
    const address = this.#cutHole(bytes) ?? this.#cutEnd(bytes) ?? this.#cutMerged(bytes);
    if (address === undefined) {
      const isFull = this.#end + bytes + SLACK > MAX_BYTES;
      const bound = isFull
        ? `the ${inUnits(MAX_BYTES)} that WebAssembly can address`
        : "the memory that the system grants";
      throw this.#outOfMemory(shape, bytes, bound);
    }
    const block = { address, bytes, references: 0, shape };
    this.#blocks.push(block);
    return block;
  }

  #cutHole(bytes: number): number | undefined {
    const index = this.#holes.findIndex((hole) => hole.bytes >= bytes);
    if (index < 0) return undefined;
    const hole = this.#holes[index]!;
    const rest = { address: hole.address + bytes, bytes: hole.bytes - bytes };
    this.#holes.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
    return hole.address;
  }

  #cutEnd(bytes: number): number | undefined {
    const address = this.#end;
    if (!growMemory(this.#memory, address + bytes + SLACK)) return undefined;
    this.#end += bytes;
    return address;
  }

  /** Merges neighbours among the free blocks, and cuts from what that gives. */
  #cutMerged(bytes: number): number | undefined {
    const isFree = ({ references }: Block) => references === 0;
    const free: Span[] = [...this.#blocks.filter(isFree), ...this.#holes];
    this.#blocks = this.#blocks.filter((block) => !isFree(block));
    this.#free = Array.from({ length: CLASSES }, () => []);
    this.#holes = [];
    for (const { address, bytes } of free.sort((x, y) => x.address - y.address)) {
      const last = this.#holes.at(-1);
      if (last && last.address + last.bytes === address)
        this.#holes[this.#holes.length - 1] = { address: last.address, bytes: last.bytes + bytes };
      else this.#holes.push({ address, bytes });
    }
    return this.#cutHole(bytes);
  }

  #outOfMemory(shape: Shape, bytes: number, bound: string): OutOfMemoryError {
    return new OutOfMemoryError(
      `cpu: a tensor [${shape}] of ${inUnits(bytes)} does not fit into ${bound}: ` +
        `${inUnits(this.#bytes)} are held${this.#largestHolders()}. Dispose of tensors that are no longer ` +
        "needed, compute inside scope() or valueAndGrad(), which free their steps, or use smaller batches",
    );
  }

  /** The shapes whose blocks hold most, as the end of a sentence. */
  #largestHolders(): string {
    const holders = new Map<string, { count: number; bytes: number }>();
    for (const { references, shape, bytes } of this.#blocks) {
      if (references === 0) continue;
      const holder = holders.get(`${shape}`) ?? { count: 0, bytes: 0 };
      holders.set(`${shape}`, { count: holder.count + 1, bytes: holder.bytes + bytes });
    }
    const largest = [...holders].sort(([, x], [, y]) => y.bytes - x.bytes).slice(0, 4);
    if (largest.length === 0) return "";
    const named = largest.map(
      ([shape, { count, bytes }]) => `${count} × [${shape}] (${inUnits(bytes)})`,
    );
    return `, most of it by ${named.join(", ")}`;
  }
}

function inUnits(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${bytes} bytes`;
}
