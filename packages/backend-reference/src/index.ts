export { type ReferenceHandle, reference } from "./reference.ts";
