import { storeLanes } from "./lanes";
import { parallel } from "./pool";

/** Rows of a table by index. Indices are floats that hold whole numbers. */

@unmanaged
class Job {
  table: usize = 0;
  indices: usize = 0;
  count: i32 = 0;
  rows: i32 = 0;
  width: i32 = 0;
  /** The rows that go with the indices. */
  entries: usize = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

/** A row number, or −1 where the float is not one. */
// @inline
function rowAt(address: usize): i32 {
  const index = load<f32>(address);
  const isRow = index >= 0 && index < <f32>job.rows && floor<f32>(index) == index;
  return isRow ? <i32>index : -1;
}

/** entries[i] = table[indices[i]], NaN outside the table. */
export function gather(
  table: usize,
  indices: usize,
  entries: usize,
  count: i32,
  rows: i32,
  width: i32,
): void {
  setJob(table, indices, entries, count, rows, width);
  parallel(gatherRows, count, 10 + 0.15 * <f32>width);
}

/** table = 0, then table[indices[i]] += entries[i]; rows outside the table are left out. */
export function scatterAdd(
  table: usize,
  indices: usize,
  entries: usize,
  count: i32,
  rows: i32,
  width: i32,
): void {
  setJob(table, indices, entries, count, rows, width);
  // A chunk owns rows of the table and looks through all indices for them, so that a row's sum has one order.
  const work: f32 = 0.15 * <f32>width * <f32>(rows + count);
  parallel(scatterParts, PARTS, work / <f32>PARTS);
}

/** Into so many parts the rows of a table are cut. */
const PARTS = 16;

// @inline
function rowOfPart(part: i32): i32 {
  return <i32>((<i64>job.rows * <i64>part) / PARTS);
}

function setJob(
  table: usize,
  indices: usize,
  entries: usize,
  count: i32,
  rows: i32,
  width: i32,
): void {
  job.table = table;
  job.indices = indices;
  job.entries = entries;
  job.count = count;
  job.rows = rows;
  job.width = width;
}

function gatherRows(begin: i32, end: i32): void {
  const bytes = (<usize>job.width) << 2;
  for (let i = begin; i < end; i++) {
    const row = rowAt(job.indices + ((<usize>i) << 2));
    const y = job.entries + <usize>i * bytes;
    if (row >= 0) memory.copy(y, job.table + <usize>row * bytes, bytes);
    else for (let at = y; at < y + bytes; at += 4) store<f32>(at, NaN);
  }
}

function scatterParts(firstPart: i32, lastPart: i32): void {
  const begin = rowOfPart(firstPart);
  const end = rowOfPart(lastPart);
  const bytes = (<usize>job.width) << 2;
  memory.fill(job.table + <usize>begin * bytes, 0, <usize>(end - begin) * bytes);
  for (let i = 0; i < job.count; i++) {
    const row = rowAt(job.indices + ((<usize>i) << 2));
    if (row < begin || row >= end) continue;
    let x = job.entries + <usize>i * bytes;
    let y = job.table + <usize>row * bytes;
    for (let left = job.width; left > 0; left -= 4, x += 16, y += 16)
      storeLanes(y, f32x4.add(v128.load(x), v128.load(y)), min(left, 4));
  }
}
