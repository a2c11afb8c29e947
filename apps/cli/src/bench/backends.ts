import { cpu } from "@lm/backend-cpu";

/** The engines that can be measured. */
export const backends = { cpu } as const;
export type BackendName = keyof typeof backends;
export const BACKENDS = Object.keys(backends) as BackendName[];
