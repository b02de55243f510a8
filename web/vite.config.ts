// How the console is bundled, served while it is worked on, and tested.

import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath, URL } from "node:url";
import { defineConfig } from "vitest/config";
import { compressed } from "./build/compressed.ts";

/** The server that answers `/v1` while the pages are served from here. */
const server = process.env.READYROOM_SERVER ?? "http://127.0.0.1:8080";

/** Everything of `/v1` goes to that server, which must take the pages for its own: hence the rewritten origin. */
const proxy = {
  "/v1": { target: server, changeOrigin: true, ws: true, rewriteWsOrigin: true },
};

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: "./project.inlang",
      outdir: "./generated/words",
      // One module for each message, so that a screen's words are loaded with the screen.
      outputStructure: "message-modules",
      strategy: ["localStorage", "preferredLanguage", "baseLocale"],
    }),
    svelte(),
    compressed(),
  ],
  resolve: {
    alias: {
      $lib: at("./src/lib"),
      $api: at("./src/lib/api/index.ts"),
      $live: at("./src/lib/live/index.svelte.ts"),
      $ui: at("./src/lib/ui/index.ts"),
      $words: at("./generated/words/messages.js"),
      $locale: at("./generated/words/runtime.js"),
    },
    // Tests run the components' browser side.
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  build: {
    outDir: process.env.CONSOLE_OUT_DIR ?? "dist",
    emptyOutDir: true,
    target: ["chrome111", "firefox114", "safari16.4"],
    // Fonts and the sprite stay files: a policy that forbids data: addresses must not blank the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy, host: "127.0.0.1" },
  preview: { proxy, host: "127.0.0.1" },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
    // The console's modules are loaded once, not once for each file of tests: that was two thirds of the time.
    isolate: false,
    // Long, for a machine that is busy: a test ends as soon as it is done.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
