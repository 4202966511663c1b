/** Calls `run` once, `delayMs` after the last of a burst of calls. */
export function debounce<Values extends unknown[]>(
  run: (...values: Values) => void,
  delayMs: number,
): (...values: Values) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...values) => {
    █
  };
}
