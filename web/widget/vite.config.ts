// The widget is one file that owes nothing to the page it is put on.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  publicDir: false,
  cacheDir: at("../node_modules/.vite-widget"),
  build: {
    outDir: process.env["CONSOLE_OUT_DIR"] ?? at("../dist"),
    // The console's pages are there already.
    emptyOutDir: false,
    target: ["chrome111", "firefox114", "safari16.4"],
    lib: { entry: at("main.ts"), formats: ["iife"], name: "readyroom", fileName: () => "widget.js" },
  },
  test: {
    environment: "happy-dom",
    include: ["**/*.test.ts"],
    restoreMocks: true,
  },
});
