import { transpose4 } from "./copy";

/**
 * Packing: parts of a matrix copied to where a microkernel reads them in one stream. B in panels of 8 columns,
 * `[panel][k][8]`, the last one filled up with zeros; A in tiles of rows, `[tile][k][rows]`. Strides in bytes.
 */

/** Columns of a panel of B. */
export const PANEL: i32 = 8;

/** Packs the panels `begin` … `end` of B `[k, n]`; one of its strides is 4. */
export function packPanels(
  b: usize,
  bRow: usize,
  bColumn: usize,
  k: i32,
  n: i32,
  panels: usize,
  begin: i32,
  end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    const source = b + <usize>(panel * PANEL) * bColumn;
    const target = panels + ((<usize>panel * <usize>k) << 5);
    const columns = n - panel * PANEL;
    if (columns < PANEL) packNarrow(source, bRow, bColumn, k, columns, target);
    else if (bColumn == 4) packRows(source, bRow, k, target);
    else packColumns(source, bColumn, k, target);
  }
}

// @inline
function packRows(b: usize, bRow: usize, k: i32, target: usize): void {
  for (; k > 0; k--, b += bRow, target += 32) {
    v128.store(target, v128.load(b));
    v128.store(target, v128.load(b, 16), 16);
  }
}

/** A panel whose columns are contiguous. */
// @inline
function packColumns(b: usize, bColumn: usize, k: i32, target: usize): void {
  for (; k >= 4; k -= 4, b += 16, target += 128) {
    transpose4(b, bColumn, target, 32);
    transpose4(b + 4 * bColumn, bColumn, target + 16, 32);
  }
  for (; k > 0; k--, b += 4, target += 32)
    for (let column: usize = 0; column < 8; column++)
      store<f32>(target + (column << 2), load<f32>(b + column * bColumn));
}

// @inline
function packNarrow(
  b: usize,
  bRow: usize,
  bColumn: usize,
  k: i32,
  columns: i32,
  target: usize,
): void {
  for (; k > 0; k--, b += bRow, target += 32) {
    v128.store(target, f32x4.splat(0));
    v128.store(target, f32x4.splat(0), 16);
    for (let column = 0; column < columns; column++)
      store<f32>(target + ((<usize>column) << 2), load<f32>(b + <usize>column * bColumn));
  }
}

/** Packs up to 6 rows of a transposed A, whose columns are contiguous, to `[k][rows]`. */
export function packTile(a: usize, aColumn: usize, k: i32, rows: i32, target: usize): void {
  const bytes = (<usize>rows) << 2;
  if (rows >= 4) {
    // Where the row is longer, the next one corrects what the last vector wrote too much.
    const rest = bytes - 16;
    for (; k > 0; k--, a += aColumn, target += bytes) {
      v128.store(target + rest, v128.load(a + rest));
      v128.store(target, v128.load(a));
    }
  } else
    for (; k > 0; k--, a += aColumn, target += bytes)
      for (let row: usize = 0; row < bytes; row += 4) store<f32>(target + row, load<f32>(a + row));
}
