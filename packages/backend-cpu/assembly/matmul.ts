import {
  Block,
  divideUp,
  K_BLOCK,
  M_BLOCK,
  multiplyAlone,
  multiplyCost,
  multiplyPart,
  N_BLOCK,
  readsInPlace,
  setPanels,
  sharedPanels,
} from "./gemm";
import { dotProducts, multiplyColumns, multiplyRows, sumOfRows } from "./gemv";
import { PANEL, packPanels } from "./pack";
import { parallel, threadCount } from "./pool";

/**
 * Products of matrices and of batches of them, shared among the threads: large products are cut into pieces, of many small
 * ones each goes to one thread.
 */

/** Of a batch, products that take less than so many nanoseconds are handed out whole. */
const SHARED_NANOSECONDS: f32 = 60000;

/** The block that all threads work on, and the rows and panels of an item of that work. */
const shared = changetype<Block>(memory.data(offsetof<Block>()));
const ITEM_ROWS = memory.data(4);
const ITEM_PANELS = memory.data(4);

/** A·B by all threads. */
function multiplyTogether(
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
): void {
  const cRow = (<usize>n) << 2;
  shared.m = m;
  shared.aRow = aRow;
  shared.aColumn = aColumn;
  shared.bRow = bRow;
  shared.bColumn = bColumn;
  shared.cRow = cRow;
  for (let kStart = 0; kStart < k; kStart += K_BLOCK) {
    shared.k = min(K_BLOCK, k - kStart);
    shared.a = a + <usize>kStart * aColumn;
    shared.accumulate = kStart > 0;
    for (let nStart = 0; nStart < n; nStart += N_BLOCK) {
      shared.n = min(N_BLOCK, n - nStart);
      shared.b = b + <usize>kStart * bRow + <usize>nStart * bColumn;
      shared.c = c + ((<usize>nStart) << 2);
      const panels = divideUp(shared.n, PANEL);
      const isInPlace = readsInPlace(shared);
      setPanels(shared, isInPlace, sharedPanels());
      if (!isInPlace) parallel(packSharedPanels, panels, 0.3 * <f32>(PANEL * shared.k));
      const items = cutIntoItems(panels);
      const itemRows = load<i32>(ITEM_ROWS);
      const itemColumns = load<i32>(ITEM_PANELS) * PANEL;
      parallel(multiplyItems, items, multiplyCost(itemRows, itemColumns, shared.k));
    }
  }
}

/** Cuts the block into four items a thread, if it is large enough: by rows, then by columns, then by fewer rows. */
function cutIntoItems(panels: i32): i32 {
  const wanted = 4 * threadCount();
  let rows = M_BLOCK;
  const groups = min(divideUp(panels, 8), divideUp(wanted, divideUp(shared.m, rows)));
  const itemPanels = divideUp(panels, groups);
  if (divideUp(shared.m, rows) * groups < wanted) rows = M_BLOCK / 2;
  store<i32>(ITEM_ROWS, rows);
  store<i32>(ITEM_PANELS, itemPanels);
  return divideUp(shared.m, rows) * divideUp(panels, itemPanels);
}

function packSharedPanels(begin: i32, end: i32): void {
  packPanels(shared.b, shared.bRow, shared.bColumn, shared.k, shared.n, shared.panels, begin, end);
}

function multiplyItems(begin: i32, end: i32): void {
  const itemRows = load<i32>(ITEM_ROWS);
  const itemPanels = load<i32>(ITEM_PANELS);
  const panels = divideUp(shared.n, PANEL);
  const groups = divideUp(panels, itemPanels);
  for (let item = begin; item < end; item++) {
    const row = (item / groups) * itemRows;
    const panel = (item % groups) * itemPanels;
    const lastRow = min(row + itemRows, shared.m);
    multiplyPart(shared, row, lastRow, panel, min(panel + itemPanels, panels));
  }
}

/** One operand of many products over two axes. Strides in bytes. */
@unmanaged
class Matrices {
  address: usize = 0;
  row: usize = 0;
  column: usize = 0;
  stride0: usize = 0;
  stride1: usize = 0;
}
const batchA = changetype<Matrices>(memory.data(offsetof<Matrices>()));
const batchB = changetype<Matrices>(memory.data(offsetof<Matrices>()));

@unmanaged
class Batch {
  m: i32 = 0;
  n: i32 = 0;
  k: i32 = 0;
  size1: i32 = 0;
  c: usize = 0;
}
const batch = changetype<Batch>(memory.data(offsetof<Batch>()));

/**
 * C `[size0, size1, m, n]`, in one piece, = A·B. All strides in elements; of the two of each matrix one is 1, and those
 * of the leading axes may be 0.
 */
export function matmul(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  size0: i32,
  size1: i32,
  aStride0: i32,
  aStride1: i32,
  bStride0: i32,
  bStride1: i32,
): void {
  const size = <usize>(size0 * size1);
  if (k == 0) memory.fill(c, 0, (size * <usize>m * <usize>n) << 2);
  if (m == 0 || n == 0 || k == 0 || size == 0) return;
  // (A·b)ᵀ = bᵀ·Aᵀ: a product with a column is one with a row.
  const isSwapped = n == 1 && m != 1;
  batch.m = isSwapped ? 1 : m;
  batch.n = isSwapped ? m : n;
  batch.k = k;
  batch.size1 = size1;
  const left = isSwapped ? batchB : batchA;
  setMatrices(left, a, isSwapped ? aColumn : aRow, isSwapped ? aRow : aColumn, aStride0, aStride1);
  const right = isSwapped ? batchA : batchB;
  setMatrices(right, b, isSwapped ? bColumn : bRow, isSwapped ? bRow : bColumn, bStride0, bStride1);
  batch.c = c;
  const cost = multiplyCost(m, n, k);
  if (size > 1 && cost < SHARED_NANOSECONDS) parallel(multiplyAlones, <i32>size, cost);
  else for (let item = 0; item < <i32>size; item++) multiplyItem(item, false);
}

/** Strides come in elements. */
function setMatrices(
  matrices: Matrices,
  address: usize,
  row: i32,
  column: i32,
  stride0: i32,
  stride1: i32,
): void {
  matrices.address = address;
  matrices.row = (<usize>row) << 2;
  matrices.column = (<usize>column) << 2;
  matrices.stride0 = (<usize>stride0) << 2;
  matrices.stride1 = (<usize>stride1) << 2;
}

// @inline
function addressOf(matrices: Matrices, item: i32): usize {
  return (
    matrices.address +
    <usize>(item / batch.size1) * matrices.stride0 +
    <usize>(item % batch.size1) * matrices.stride1
  );
}

function multiplyAlones(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) multiplyItem(item, true);
}

/** One product of the batch, by this thread alone or by all of them. */
// @inline
function multiplyItem(item: i32, isAlone: bool): void {
  const m = batch.m;
  const n = batch.n;
  const k = batch.k;
  const a = addressOf(batchA, item);
  const b = addressOf(batchB, item);
  const c = batch.c + ((<usize>item * <usize>m * <usize>n) << 2);
  const aRow = batchA.row;
  const aColumn = batchA.column;
  const bRow = batchB.row;
  const bColumn = batchB.column;
  if (m == 1 && bColumn == 4) {
    if (isAlone) sumOfRows(k, n, a, aColumn, b, bRow, c);
    else multiplyRows(k, n, a, aColumn, b, bRow, c);
  } else if (m == 1 && aColumn == 4) {
    if (isAlone) dotProducts(k, n, a, b, bColumn, c);
    else multiplyColumns(k, n, a, b, bColumn, c);
  } else if (isAlone)
    multiplyAlone(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, (<usize>n) << 2, false);
  else multiplyTogether(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c);
}
