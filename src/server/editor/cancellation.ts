import type { CancellationToken } from 'vscode-languageserver';

/**
 * Runs `work` with an `AbortSignal` that aborts when the protocol's token is cancelled. The only place where a token
 * becomes a signal; everything below knows signals only.
 */
export async function withSignal<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('cancelled by the editor', 'AbortError'));
  if (token.isCancellationRequested) {
    abort();
  }
  const listener = token.onCancellationRequested(abort);
  try {
    return await work(controller.signal);
  } finally {
    listener.dispose();
  }
}
