export {
  loadCheckpoint,
  recoverRun,
  saveCheckpoint,
  type TrainingRecord,
  writeFileAtomically,
} from "./run-folder.ts";
