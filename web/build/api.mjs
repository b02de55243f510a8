// Makes generated/api.d.ts of the contract.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const contract = JSON.parse(await readFile(new URL("../../contract/openapi.json", import.meta.url), "utf8"));

// Several operations share an operationId (`list`), and would be given each other's types: without ids, each has its own.
for (const path of Object.values(contract.paths)) {
  for (const operation of Object.values(path)) delete operation.operationId;
}

const types = astToString(await openapiTS(contract));
const file = new URL("../generated/api.d.ts", import.meta.url);
await mkdir(new URL(".", file), { recursive: true });
// A file that is not touched makes nobody build again.
if (types !== (await readFile(file, "utf8").catch(() => ""))) await writeFile(file, types);
