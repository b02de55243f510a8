// What a person can be given: skills, queues, teams.

import { api, askAll, type Schemas } from "$api";

/** All of them. */
export type Catalogue = {
  skills: Schemas["Skill"][];
  queues: Schemas["Queue"][];
  teams: Schemas["TeamRow"][];
};

/** Reads all of them. */
export async function catalogue(): Promise<Catalogue> {
  const [skills, queues, teams] = await Promise.all([
    askAll((cursor) => api.GET("/v1/skills", { params: { query: { cursor, limit: 1000 } } })),
    askAll((cursor) => api.GET("/v1/queues", { params: { query: { cursor, limit: 1000 } } })),
    askAll((cursor) => api.GET("/v1/teams", { params: { query: { cursor, limit: 1000 } } })),
  ]);
  return { skills, queues, teams };
}
