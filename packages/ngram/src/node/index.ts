export type { ByteSink } from "../counting/count-encoder.ts";
export { loadCounts, mergeCountsFiles, saveCounts } from "./counts-files.ts";
export { SpilledRuns } from "./spilled-runs.ts";
