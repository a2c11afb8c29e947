import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../failure.ts";

/** @throws InputError when something other than an empty folder is there; `remedy` says what to do. */
export function checkFolderIsFree(folder: string, remedy = "name another --out"): void {
  if (existsSync(folder) && (!isFolder(folder) || readdirSync(folder).length > 0))
    throw new InputError(`${folder}: is there already; ${remedy}`);
}

/** @throws InputError when something is there already. */
export function checkFileIsFree(path: string, remedy = "name another --out"): void {
  if (existsSync(path)) throw new InputError(`${path}: is there already; ${remedy}`);
}

/** Makes a folder with these files, all or nothing: it is filled under another name and then renamed. */
export function createFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): void {
  checkFolderIsFree(folder);
  const target = resolve(folder);
  const aside = `${target}.${process.pid}.new`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    mkdirSync(aside);
    for (const [name, contents] of Object.entries(files))
      writeFileSync(`${aside}/${name}`, contents);
    if (existsSync(target)) rmSync(target, { recursive: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
