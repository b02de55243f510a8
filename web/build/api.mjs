// Makes generated/api.d.ts of the contract.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const contract = new URL("../../contract/openapi.json", import.meta.url);
const types = astToString(await openapiTS(contract));
const file = new URL("../generated/api.d.ts", import.meta.url);
await mkdir(new URL(".", file), { recursive: true });
// A file that is not touched makes nobody build again.
if (types !== (await readFile(file, "utf8").catch(() => ""))) await writeFile(file, types);
