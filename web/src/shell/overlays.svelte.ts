// Which of the shell's own windows is open.

class Overlays {
  bar = $state(false);
  shortcuts = $state(false);
}

/** The ones there are. */
export const overlays = new Overlays();
