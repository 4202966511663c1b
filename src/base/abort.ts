/** True for what an aborted `AbortSignal` throws by default, and for Node's own abort errors. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** A signal that never aborts, for callers that have nothing to cancel with. */
export const neverAborted: AbortSignal = new AbortController().signal;

/** `promise`, or the signal's reason as soon as it aborts; the work behind `promise` goes on. */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(toError(signal.reason));
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError');
}
