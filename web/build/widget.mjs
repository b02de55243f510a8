// Builds the chat widget, which has an entry and a configuration of its own.

import { build } from "vite";

await build({ configFile: "widget/vite.config.ts" });
