// What the server answers when it says no, as one error class.

import type { components } from "../../../generated/api";

/** A field at fault, named by its path in the body. */
export type Fault = components["schemas"]["Fault"];

/** The server could not be reached at all. */
export const UNREACHABLE = "unreachable";

/**
 * A refusal of the server (`application/problem+json`), or the failure to reach it. `code` is for deciding, `detail` for
 * whoever looks into it; people are shown `sentence(problem)` of lib/errors.
 */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Never changes: `offer_gone`, `agent_at_capacity`, … */
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly Fault[] = [],
    /** After how many seconds it is worth asking again, where the server says so. */
    readonly retryAfter: number | undefined = undefined,
  ) {
    super(`${code}: ${detail}`);
  }

  /** What is wrong with a field, by its path in the body. */
  field(path: string): string | undefined {
    return this.errors.find((fault) => fault.field === path)?.problem;
  }

  /** Nobody knows whether it was done: the answer is missing, or is `503 unavailable`. */
  get unsure(): boolean {
    return this.status === 0 || this.status === 503;
  }
}

/** Reads the refusal out of a response; a proxy's page in between is one as well. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("Retry-After") ?? NaN);
  const told = await response.json().catch(() => undefined);
  const body = isBody(told) ? told : { code: `http_${response.status}`, detail: response.statusText };
  return new Problem(
    response.status,
    body.code,
    body.detail,
    body.errors,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

/** Whatever was thrown, as a problem; what is none of ours is a fault of the program and is thrown on. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}

type Body = { code: string; detail: string; errors?: Fault[] };

function isBody(told: unknown): told is Body {
  return typeof told === "object" && told !== null && "code" in told && typeof told.code === "string";
}
