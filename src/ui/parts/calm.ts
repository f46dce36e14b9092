/** So long after the last movement somebody is taken to be scrolling still. */
const quietMs = 150;
/** The longest that anything waits for it. */
const longestMs = 1_500;

/** Lets work that takes a moment wait until nobody scrolls, so that nothing stutters under their hand. */
function createCalm() {
  let movedAt = 0;
  return {
    moved() {
      movedAt = performance.now();
    },
    async wait(): Promise<void> {
      const began = performance.now();
      while (performance.now() - movedAt < quietMs && performance.now() - began < longestMs) {
        await new Promise((resolve) => setTimeout(resolve, quietMs));
      }
    },
  };
}

export const calm = createCalm();
