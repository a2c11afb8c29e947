import type { MatmulEngine, MatmulKernel } from "@lm/backend-cpu";
import { type Blas, NO_TRANS, TRANS } from "./blas.ts";

/** The least that a call is worth for: of both m and n, and of m·n·k, which must be more than 0. */
export interface Size {
  readonly side: number;
  readonly volume: number;
}

/** By measurement (bench/matmul.ts). */
export const WORTH_A_CALL: Size = { side: 16, volume: 2 ** 16 };

/**
 * The engine's product of matrices, by a BLAS on the same memory. Small and thin ones, and operands that repeat a row,
 * which BLAS has no notion of, are left to the engine's own kernel.
 */
export function gemm(
  { matmul, memory, threads }: MatmulEngine,
  blas: Blas,
  least: Size,
): MatmulKernel {
  let buffer: ArrayBufferLike | undefined;
  let base = 0;
  return (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, size0, size1, a0, a1, b0, b1) => {
    const lda = leading(m, k, aRow, aColumn);
    const ldb = leading(k, n, bRow, bColumn);
    if (Math.min(m, n) < least.side || m * n * k < least.volume || lda === 0 || ldb === 0) {
      matmul(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, size0, size1, a0, a1, b0, b1);
      return;
    }
    // A memory that grows has another buffer, and may have moved.
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      base = blas.addressOf(buffer);
    }
    blas.setThreads(threads);
    const transA = lda > 0 ? NO_TRANS : TRANS;
    const transB = ldb > 0 ? NO_TRANS : TRANS;
    let target = base + c;
    for (let i = 0; i < size0; i++)
      for (let j = 0; j < size1; j++, target += m * n * 4) {
        const left = base + a + (i * a0 + j * a1) * 4;
        const right = base + b + (i * b0 + j * b1) * 4;
        blas.sgemm(transA, transB, m, n, k, left, Math.abs(lda), right, Math.abs(ldb), target, n);
      }
  };
}

/**
 * The leading dimension of a matrix: positive where its rows are stored one after the other, negative where its columns
 * are, 0 where they overlap.
 */
function leading(rows: number, columns: number, rowStride: number, columnStride: number): number {
  if (columnStride === 1) {
    if (rowStride >= columns) return rowStride;
    if (rows === 1) return columns;
  }
  if (rowStride === 1) {
    if (columnStride >= rows) return -columnStride;
    if (columns === 1) return -rows;
  }
  return 0;
}
