export { type ConformanceOptions, type ConformanceTest, conformance } from "./conformance.ts";
