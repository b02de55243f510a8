// Work that is put together and done once before the next picture.

/**
 * Calls `work` once before the next frame is drawn, however often it is asked to. A page that is not seen draws no
 * frames and yet must ring: there it is called at once.
 */
export function oncePerFrame(work: () => void): () => void {
  let asked: number | undefined;
  const run = () => {
    if (asked !== undefined) cancelAnimationFrame(asked);
    asked = undefined;
    work();
  };
  document.addEventListener("visibilitychange", () => {
    if (asked !== undefined && document.visibilityState === "hidden") run();
  });
  return () => {
    if (document.visibilityState === "hidden") run();
    else asked ??= requestAnimationFrame(run);
  };
}
