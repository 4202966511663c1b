/** True for what an aborted `AbortSignal` throws by default, and for Node's own abort errors. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** A signal that never aborts, for callers that have nothing to cancel with. */
export const neverAborted: AbortSignal = new AbortController().signal;
