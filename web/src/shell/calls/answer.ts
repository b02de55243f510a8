// What can be said to an offer.

import { api, ask } from "$api";

/** Takes it. */
export const accept = (offer: string) =>
  ask(api.POST("/v1/offers/{id}/accept", { params: { path: { id: offer } }, body: {} }));

/** Lets it go to somebody else. */
export const decline = (offer: string) =>
  ask(api.POST("/v1/offers/{id}/decline", { params: { path: { id: offer } }, body: {} }));
