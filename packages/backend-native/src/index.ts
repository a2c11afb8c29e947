export { type NativeBackend, type NativeOptions, native } from "./native.ts";
