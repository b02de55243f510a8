// Lays a brotli and a gzip copy beside every text file of the build, so that nobody compresses while serving.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = new Set([".html", ".js", ".css", ".svg", ".json", ".txt", ".webmanifest"]);

/** Below this a copy saves less than its header costs. */
const BYTES_MIN = 512;

/** The plugin; it works on what was written, whatever wrote it. */
export function compressed(): Plugin {
  let folder = "dist";
  return {
    name: "readyroom-compressed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      await compressFolder(folder);
    },
  };
}

/** Writes `x.br` and `x.gz` beside each text file `x` of the folder and below it. */
export async function compressFolder(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = found.filter((file) => file.isFile() && TEXT.has(extname(file.name)));
  await Promise.all(texts.map((file) => compressFile(join(file.parentPath, file.name))));
}

/** Writes them for one. */
export async function compressFile(path: string): Promise<void> {
  const plain = await readFile(path);
  if (plain.length < BYTES_MIN) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(plain, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(plain, { level: 9 }));
}
