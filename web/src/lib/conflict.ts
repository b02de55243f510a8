// Two people changed one thing: what each of them changed, and the two put together.

/** A field that was changed by somebody else. */
export type Difference<Values> = {
  field: keyof Values & string;
  was: unknown;
  theirs: unknown;
  mine: unknown;
  /** I had changed it as well, to something else. */
  clash: boolean;
};

/** What somebody else changed of `was`, while I made `mine` of it. */
export function differences<Values extends object>(
  was: Values,
  theirs: Values,
  mine: Values,
): Difference<Values>[] {
  return fields(was)
    .filter((field) => !same(was[field], theirs[field]))
    .map((field) => ({
      field,
      was: was[field],
      theirs: theirs[field],
      mine: mine[field],
      clash: !same(was[field], mine[field]) && !same(theirs[field], mine[field]),
    }));
}

/** Theirs, with everything that I changed as I have it. */
export function together<Values extends object>(was: Values, theirs: Values, mine: Values): Values {
  const made = { ...theirs };
  for (const field of fields(was)) if (!same(was[field], mine[field])) made[field] = mine[field];
  return made;
}

/** Whether two values say the same. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function fields<Values extends object>(values: Values): (keyof Values & string)[] {
  return Object.keys(values) as (keyof Values & string)[];
}
