// The widget is one file that owes nothing to the page it is put on.

import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { compressFile } from "../build/compressed.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.env["CONSOLE_OUT_DIR"] ?? at("../dist");

export default defineConfig({
  root: at("."),
  publicDir: false,
  cacheDir: at("../node_modules/.vite-widget"),
  plugins: [
    {
      name: "readyroom-compressed",
      apply: "build",
      closeBundle: () => compressFile(join(outDir, "widget.js")),
    },
  ],
  build: {
    outDir,
    // The console's pages are there already.
    emptyOutDir: false,
    target: ["chrome111", "firefox114", "safari16.4"],
    lib: { entry: at("main.ts"), formats: ["iife"], name: "readyroom", fileName: () => "widget.js" },
  },
  test: {
    environment: "happy-dom",
    include: ["**/*.test.ts"],
    restoreMocks: true,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
