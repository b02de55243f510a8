// The widget in a real browser. `CHROMIUM` names it, `LOOK` a directory for pictures of what was seen.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  cacheDir: at("../../node_modules/.vite-widget-browser"),
  test: {
    environment: "node",
    include: ["**/*.look.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
