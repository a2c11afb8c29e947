import { storeLanes } from "./lanes";
import { tile4, tile8 } from "./microkernels.generate";
import { PANEL, packPanels, packTile } from "./pack";
import { threadIndex } from "./pool";

/**
 * Products of matrices by one thread, after Goto & van de Geijn (2008): k is cut into blocks so that a panel of 8 columns
 * of B stays in the first cache while all rows of A pass by it in tiles of up to 6 rows. Strides are in bytes.
 *
 * Every element of C is one sum along k in one order, whoever computes it and however the rest is cut: the blocks of
 * k alone decide how it is rounded.
 */

/** Rows of a tile, as the microkernels have them. */
const TILE: i32 = 6;
/** A panel of B, 8 KiB, leaves room for tiles of A in a first cache of 32 KiB. */
export const K_BLOCK: i32 = 256;
/** Columns of B that all threads pack together, 1 MiB, or one alone, 256 KiB. */
export const N_BLOCK: i32 = 1024;
const N_BLOCK_ALONE: i32 = 256;
/** Rows of a transposed A that a thread packs at once. */
export const M_BLOCK: i32 = 24;
/** So small a block of B is read in place: it stays in the first cache. */
const SMALL_BYTES: usize = 16384;

/** Rows of A and columns of B within one block of k. */
@unmanaged
export class Block {
  m: i32 = 0;
  n: i32 = 0;
  k: i32 = 0;
  a: usize = 0;
  aRow: usize = 0;
  aColumn: usize = 0;
  b: usize = 0;
  bRow: usize = 0;
  bColumn: usize = 0;
  /** Where the panels of B are read: from one of its rows to the next, from one panel to the next. */
  panels: usize = 0;
  panelRow: usize = 0;
  panelStride: usize = 0;
  c: usize = 0;
  cRow: usize = 0;
  /** Whether the products are added to C or stored there. */
  accumulate: bool = false;
}

// Scratch: panels of B that all threads share, then for each a block of its own, a tile at the edge of C, packed rows
// of A and packed panels of B.

const EDGE: usize = 128;
const PACKED_A: usize = EDGE + 256;
const PACKED_B: usize = PACKED_A + ((M_BLOCK * K_BLOCK) << 2);
const SCRATCH: usize = PACKED_B + ((N_BLOCK_ALONE * K_BLOCK) << 2);
const SHARED_SCRATCH: usize = (N_BLOCK * K_BLOCK) << 2;

const SCRATCH_ADDRESS = memory.data(8);

/** Bytes of scratch that all threads need together. */
export function scratchBytes(threads: i32): usize {
  return SHARED_SCRATCH + <usize>threads * SCRATCH;
}

/** Tells the kernels where their scratch is. */
export function setScratch(address: usize): void {
  store<usize>(SCRATCH_ADDRESS, address);
}

export function sharedPanels(): usize {
  return load<usize>(SCRATCH_ADDRESS);
}

// @inline
function ownScratch(): usize {
  return load<usize>(SCRATCH_ADDRESS) + SHARED_SCRATCH + <usize>threadIndex() * SCRATCH;
}

// @inline
export function divideUp(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

/** What a product takes, in nanoseconds. */
export function multiplyCost(m: i32, n: i32, k: i32): f32 {
  return 20 + 0.04 * <f32>m * <f32>n * <f32>k;
}

/** C (+)= A·B for some rows of A (as many as are packed at once) and panels of B. */
export function multiplyPart(
  block: Block,
  rowBegin: i32,
  rowEnd: i32,
  panelBegin: i32,
  panelEnd: i32,
): void {
  const tiles = divideUp(rowEnd - rowBegin, TILE);
  const isPacked = block.aColumn != 4;
  if (isPacked) packRows(block, rowBegin, rowEnd, tiles);
  const k = block.k;
  const cRow = block.cRow;
  const panelRow = block.panelRow;
  const accumulate = block.accumulate;
  for (let panel = panelBegin; panel < panelEnd; panel++) {
    const columns = min(PANEL, block.n - panel * PANEL);
    const b = block.panels + <usize>panel * block.panelStride;
    let c = block.c + <usize>rowBegin * cRow + ((<usize>(panel * PANEL)) << 2);
    let a = isPacked ? ownScratch() + PACKED_A : block.a + <usize>rowBegin * block.aRow;
    let row = rowBegin;
    for (let tile = 0; tile < tiles; tile++) {
      const rows = tileRows(rowEnd - row, tiles - tile);
      const aRow: usize = isPacked ? 4 : block.aRow;
      const aColumn: usize = isPacked ? (<usize>rows) << 2 : 4;
      if (columns == PANEL) tile8(rows, k, a, aRow, aColumn, b, panelRow, c, cRow, accumulate);
      else {
        const edge = ownScratch() + EDGE;
        if (columns > 4) tile8(rows, k, a, aRow, aColumn, b, panelRow, edge, 32, false);
        else tile4(rows, k, a, aRow, aColumn, b, panelRow, edge, 32, false);
        storeEdge(edge, c, cRow, rows, columns, accumulate);
      }
      a += isPacked ? <usize>k * aColumn : <usize>rows * aRow;
      c += <usize>rows * cRow;
      row += rows;
    }
  }
}

/** Rows of the next tile: tiles are made of about one height, since low ones keep fewer sums going. */
// @inline
function tileRows(rowsLeft: i32, tilesLeft: i32): i32 {
  return divideUp(rowsLeft, tilesLeft);
}

/** Packs rows of a transposed A, tile by tile. */
// @inline
function packRows(block: Block, rowBegin: i32, rowEnd: i32, tiles: i32): void {
  let target = ownScratch() + PACKED_A;
  let row = rowBegin;
  for (let tile = 0; tile < tiles; tile++) {
    const rows = tileRows(rowEnd - row, tiles - tile);
    packTile(block.a + <usize>row * block.aRow, block.aColumn, block.k, rows, target);
    target += (<usize>(block.k * rows)) << 2;
    row += rows;
  }
}

function storeEdge(
  edge: usize,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
  accumulate: bool,
): void {
  for (; rows > 0; rows--, edge += 32, c += cRow)
    for (let at: usize = 0, left = columns; left > 0; left -= 4, at += 16) {
      const tile = v128.load(edge + at);
      const sum = accumulate ? f32x4.add(v128.load(c + at), tile) : tile;
      storeLanes(c + at, sum, min(left, 4));
    }
}

/** Whether the panels of B need no copy: its rows are contiguous, and few tiles or a small cache footprint read it. */
// @inline
export function readsInPlace(block: Block): bool {
  return block.bColumn == 4 && (block.m <= 2 * TILE || <usize>block.k * block.bRow <= SMALL_BYTES);
}

// @inline
export function setPanels(block: Block, isInPlace: bool, packed: usize): void {
  block.panels = isInPlace ? block.b : packed;
  block.panelRow = isInPlace ? block.bRow : 32;
  block.panelStride = isInPlace ? 32 : (<usize>block.k) << 5;
}

/** A·B, added to C or stored there. */
export function multiplyAlone(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const block = changetype<Block>(ownScratch());
  block.aRow = aRow;
  block.aColumn = aColumn;
  block.bRow = bRow;
  block.bColumn = bColumn;
  block.cRow = cRow;
  for (let kStart = 0; kStart < k; kStart += K_BLOCK) {
    block.k = min(K_BLOCK, k - kStart);
    block.accumulate = accumulate || kStart > 0;
    for (let nStart = 0; nStart < n; nStart += N_BLOCK_ALONE) {
      block.n = min(N_BLOCK_ALONE, n - nStart);
      block.b = b + <usize>kStart * bRow + <usize>nStart * bColumn;
      block.c = c + ((<usize>nStart) << 2);
      block.m = m;
      block.a = a + <usize>kStart * aColumn;
      const panels = divideUp(block.n, PANEL);
      const packed = ownScratch() + PACKED_B;
      const isInPlace = readsInPlace(block);
      setPanels(block, isInPlace, packed);
      if (!isInPlace) packPanels(block.b, bRow, bColumn, block.k, block.n, packed, 0, panels);
      for (let row = 0; row < m; row += M_BLOCK)
        multiplyPart(block, row, min(row + M_BLOCK, m), 0, panels);
    }
  }
}

/** A·B, stored in C, where B is packed already and A row-major. */
export function multiplyPanels(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  panels: usize,
  panelStride: usize,
  c: usize,
  cRow: usize,
): void {
  const block = changetype<Block>(ownScratch());
  block.m = m;
  block.n = n;
  block.k = k;
  block.a = a;
  block.aRow = aRow;
  block.aColumn = 4;
  block.panels = panels;
  block.panelRow = 32;
  block.panelStride = panelStride;
  block.c = c;
  block.cRow = cRow;
  block.accumulate = false;
  multiplyPart(block, 0, m, 0, divideUp(n, PANEL));
}

/** A·B, stored in C, for one packed panel of B: C is 8 columns wide. */
export function multiplyPanel(
  m: i32,
  k: i32,
  a: usize,
  aRow: usize,
  panel: usize,
  c: usize,
  cRow: usize,
): void {
  let row = 0;
  for (let tiles = divideUp(m, TILE); tiles > 0; tiles--) {
    const rows = tileRows(m - row, tiles);
    tile8(rows, k, a, aRow, 4, panel, 32, c, cRow, false);
    a += <usize>rows * aRow;
    c += <usize>rows * cRow;
    row += rows;
  }
}
