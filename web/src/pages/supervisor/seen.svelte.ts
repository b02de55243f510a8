// How wide the agents' table is, which decides its columns: the table and its file have the same ones.

class Seen {
  width = $state(1400);
}

/** The one table there is. */
export const seen = new Seen();
