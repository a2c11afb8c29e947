import { multiplyAlone, multiplyPanels } from "./gemm";
import { dotProducts, sumOfRows } from "./gemv";
import { PANEL, packPanels } from "./pack";
import { parallel, threadCount, threadIndex } from "./pool";
import { rowPeak } from "./reduce";
import { expRow, scaleRow, softmaxBackwardRow } from "./softmax";

/**
 * Scaled dot-product attention, softmax(Q·Kᵀ/√D)·V for each head. The heads lie side by side in the rows of Q, K and V,
 * whose rows and batches may have any stride, so that slices of one tensor serve as they are.
 *
 * A thread takes one head of one batch: it packs K and V once and passes over the queries in blocks of a few rows.
 * Only the scores of a block exist at a time, and of causal attention only those that some row of the block sees. The
 * backward pass computes them again.
 */

/** Queries of a block: four tiles. */
const QUERIES: i32 = 24;
/** So few queries (of a decoder that takes one token at a time) are not worth packing K and V for. */
const FEW_QUERIES: i32 = 2;

@unmanaged
class Rows {
  address: usize = 0;
  /** Strides in bytes, of batches and of rows. */
  batch: usize = 0;
  row: usize = 0;
}

@unmanaged
class Job {
  heads: i32 = 0;
  queries: i32 = 0;
  keys: i32 = 0;
  /** The width of a head. */
  size: i32 = 0;
  isCausal: bool = false;
  scale: f32 = 0;
  dQuery: usize = 0;
  dKey: usize = 0;
  dValue: usize = 0;
  workspace: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));
const query = changetype<Rows>(memory.data(offsetof<Rows>()));
const key = changetype<Rows>(memory.data(offsetof<Rows>()));
const value = changetype<Rows>(memory.data(offsetof<Rows>()));
/** The output, or its gradient. */
const output = changetype<Rows>(memory.data(offsetof<Rows>()));

/** What `attention` and `attentionBackward` work on. Strides in elements. */
export function setAttention(
  heads: i32,
  queries: i32,
  keys: i32,
  width: i32,
  isCausal: bool,
  queryAddress: usize,
  queryBatch: i32,
  queryRow: i32,
  keyAddress: usize,
  keyBatch: i32,
  keyRow: i32,
  valueAddress: usize,
  valueBatch: i32,
  valueRow: i32,
): void {
  job.heads = heads;
  job.queries = queries;
  job.keys = keys;
  job.size = width / heads;
  job.isCausal = isCausal;
  job.scale = <f32>(1 / sqrt<f64>(<f64>job.size));
  setRows(query, queryAddress, queryBatch, queryRow);
  setRows(key, keyAddress, keyBatch, keyRow);
  setRows(value, valueAddress, valueBatch, valueRow);
}

function setRows(rows: Rows, address: usize, batch: i32, row: i32): void {
  rows.address = address;
  rows.batch = (<usize>batch) << 2;
  rows.row = (<usize>row) << 2;
}

/** Where one head of one batch begins. */
// @inline
function headOf(rows: Rows, item: i32): usize {
  return rows.address + <usize>(item / job.heads) * rows.batch + inRow(item);
}

/** Where a head begins within a row. */
// @inline
function inRow(item: i32): usize {
  return (<usize>((item % job.heads) * job.size)) << 2;
}

/** How many keys the query at `index` sees. */
// @inline
function visibleKeys(index: i32): i32 {
  return job.isCausal ? index + 1 + job.keys - job.queries : job.keys;
}

// A thread's workspace: scores of a block, their gradients, then packed matrices.

/** From one row of scores to the next, in bytes: whole vectors. */
// @inline
function scoreBytes(): usize {
  return (<usize>(job.keys + 3) >> 2) << 4;
}

/** Bytes of K packed as columns of Kᵀ (V as well, in the backward pass). */
// @inline
function columnsBytes(): usize {
  return (<usize>((job.keys + PANEL - 1) / PANEL) * <usize>job.size) << 5;
}

/** Bytes of V packed as it is (K as well, in the backward pass). */
// @inline
function rowsBytes(): usize {
  return (<usize>((job.size + PANEL - 1) / PANEL) * <usize>job.keys) << 5;
}

// @inline
function threadBytes(): usize {
  return <usize>(2 * QUERIES) * scoreBytes() + 2 * columnsBytes() + rowsBytes();
}

/** Floats that both passes need meanwhile, after `setAttention`. */
export function attentionWorkspace(): usize {
  return (<usize>threadCount() * threadBytes()) >> 2;
}

// @inline
function ownWorkspace(): usize {
  return job.workspace + <usize>threadIndex() * threadBytes();
}

/** Packs K, or V, as the columns of its transpose. */
// @inline
function packColumns(rows: usize, row: usize, target: usize): void {
  const panels = (job.keys + PANEL - 1) / PANEL;
  packPanels(rows, 4, row, job.size, job.keys, target, 0, panels);
}

/** Packs V, or K, as it is. */
// @inline
function packRows(rows: usize, row: usize, target: usize): void {
  const panels = (job.size + PANEL - 1) / PANEL;
  packPanels(rows, row, 4, job.keys, job.size, target, 0, panels);
}

/** What a head takes, in nanoseconds. */
// @inline
function headCost(): f32 {
  return 0.1 * <f32>job.queries * <f32>job.keys * <f32>job.size;
}

/** After `setAttention`; y `[batch, queries, width]` is contiguous. */
export function attention(batch: i32, y: usize, workspace: usize): void {
  job.workspace = workspace;
  const width = job.heads * job.size;
  setRows(output, y, job.queries * width, width);
  const isShort = job.queries <= FEW_QUERIES;
  parallel(isShort ? attendOneByOne : attendHeads, batch * job.heads, headCost());
}

function attendHeads(begin: i32, end: i32): void {
  for (let item = begin; item < end; item++) {
    const scores = ownWorkspace();
    const keyColumns = scores + <usize>QUERIES * scoreBytes();
    const valueRows = keyColumns + columnsBytes();
    packColumns(headOf(key, item), key.row, keyColumns);
    packRows(headOf(value, item), value.row, valueRows);
    for (let first = 0; first < job.queries; first += QUERIES) {
      const count = min(QUERIES, job.queries - first);
      const seen = visibleKeys(first + count - 1);
      weigh(headOf(query, item), first, count, seen, keyColumns, scores);
      multiplyPanels(
        count,
        job.size,
        seen,
        scores,
        scoreBytes(),
        valueRows,
        (<usize>job.keys) << 5,
        headOf(output, item) + <usize>first * output.row,
        output.row,
      );
    }
  }
}

/** The attention weights of a block of queries: softmax of their scores with the keys that any of them sees. */
function weigh(
  queries: usize,
  first: i32,
  count: i32,
  seen: i32,
  keyColumns: usize,
  scores: usize,
): void {
  multiplyPanels(
    count,
    seen,
    job.size,
    queries + <usize>first * query.row,
    query.row,
    keyColumns,
    (<usize>job.size) << 5,
    scores,
    scoreBytes(),
  );
  for (let i = 0; i < count; i++)
    softmaxScores(scores + <usize>i * scoreBytes(), visibleKeys(first + i), seen);
}

/** In place: softmax of the visible scores, 0 for the rest of those that were computed. */
// @inline
function softmaxScores(row: usize, visible: i32, computed: i32): void {
  const sum = expRow(row, row, visible, rowPeak(row, visible), job.scale);
  scaleRow(row, row, visible, 1 / sum);
  memory.fill(row + ((<usize>visible) << 2), 0, (<usize>(computed - visible)) << 2);
}

function attendOneByOne(begin: i32, end: i32): void {
  const scores = ownWorkspace();
  for (let item = begin; item < end; item++)
    for (let index = 0; index < job.queries; index++) {
      const seen = visibleKeys(index);
      const q = headOf(query, item) + <usize>index * query.row;
      dotProducts(job.size, seen, q, headOf(key, item), key.row, scores);
      softmaxScores(scores, seen, seen);
      const y = headOf(output, item) + <usize>index * output.row;
      sumOfRows(seen, job.size, scores, 4, headOf(value, item), value.row, y);
    }
}

/**
 * After `setAttention`: from the gradient of the output those of Q, K and V, contiguous `[batch, rows, width]`.
 * dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P·(dP − Σ P·dP)/√D, dQ = dS·K, dK = dSᵀ·Q.
 */
export function attentionBackward(
  batch: i32,
  gradient: usize,
  gradientBatch: i32,
  gradientRow: i32,
  dQuery: usize,
  dKey: usize,
  dValue: usize,
  workspace: usize,
): void {
  setRows(output, gradient, gradientBatch, gradientRow);
  job.dQuery = dQuery;
  job.dKey = dKey;
  job.dValue = dValue;
  job.workspace = workspace;
  parallel(attendBackwardHeads, batch * job.heads, headCost());
}

function attendBackwardHeads(begin: i32, end: i32): void {
  const rowBytes = (<usize>(job.heads * job.size)) << 2;
  for (let item = begin; item < end; item++) {
    const batch = <usize>(item / job.heads);
    const dQuery = job.dQuery + batch * <usize>job.queries * rowBytes + inRow(item);
    const dKey = job.dKey + batch * <usize>job.keys * rowBytes + inRow(item);
    const dValue = job.dValue + batch * <usize>job.keys * rowBytes + inRow(item);
    for (let i = 0; i < job.keys; i++) {
      memory.fill(dKey + <usize>i * rowBytes, 0, (<usize>job.size) << 2);
      memory.fill(dValue + <usize>i * rowBytes, 0, (<usize>job.size) << 2);
    }
    const weights = ownWorkspace();
    const gradients = weights + <usize>QUERIES * scoreBytes();
    const keyColumns = gradients + <usize>QUERIES * scoreBytes();
    const valueColumns = keyColumns + columnsBytes();
    const keyRows = valueColumns + columnsBytes();
    packColumns(headOf(key, item), key.row, keyColumns);
    packColumns(headOf(value, item), value.row, valueColumns);
    packRows(headOf(key, item), key.row, keyRows);
    for (let first = 0; first < job.queries; first += QUERIES) {
      const count = min(QUERIES, job.queries - first);
      const seen = visibleKeys(first + count - 1);
      const q = headOf(query, item) + <usize>first * query.row;
      const g = headOf(output, item) + <usize>first * output.row;
      weigh(headOf(query, item), first, count, seen, keyColumns, weights);
      multiplyPanels(
        count,
        seen,
        job.size,
        g,
        output.row,
        valueColumns,
        (<usize>job.size) << 5,
        gradients,
        scoreBytes(),
      );
      addTransposed(seen, count, weights, g, output.row, dValue, rowBytes);
      for (let i = 0; i < count; i++) {
        const row = <usize>i * scoreBytes();
        softmaxBackwardRow(gradients + row, weights + row, gradients + row, seen, job.scale);
      }
      multiplyPanels(
        count,
        job.size,
        seen,
        gradients,
        scoreBytes(),
        keyRows,
        (<usize>job.keys) << 5,
        dQuery + <usize>first * rowBytes,
        rowBytes,
      );
      addTransposed(seen, count, gradients, q, query.row, dKey, rowBytes);
    }
  }
}

/** C += Sᵀ·B for the scores S of a block and rows B of one head. */
// @inline
function addTransposed(
  seen: i32,
  count: i32,
  scores: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
): void {
  multiplyAlone(seen, job.size, count, scores, 4, scoreBytes(), b, bRow, 4, c, cRow, true);
}
