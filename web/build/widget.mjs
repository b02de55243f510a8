// Builds the chat widget when it is there; it has an entry and a configuration of its own.

import { existsSync } from "node:fs";
import { build } from "vite";

const configFile = "widget/vite.config.ts";
if (existsSync(configFile)) await build({ configFile });
