import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import { packageRoot } from '../base/packageRoot';
import type { ProbeAnswer, ProbeRequest } from './deviceProbeProcess';
import { findMissingLibrary } from './missingLibrary';

export type ProbeOutcome = ProbeAnswer | { readonly kind: 'timed-out'; readonly reason: string };

/** Why a child did not do what was asked of it. */
export function describeFailure(outcome: ProbeOutcome): string {
  return 'reason' in outcome ? outcome.reason : `unexpected answer: ${outcome.kind}`;
}

const maxPrintedLength = 10_000;

/**
 * Has a request answered in a child process, which takes nobody along when it crashes and gives all its memory back.
 * Rejects with the signal's reason only; whatever becomes of the child is an outcome.
 */
export async function runProbe(
  request: ProbeRequest,
  timeoutMs: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  signal.throwIfAborted();
  const child = fork(join(packageRoot(), 'dist', 'deviceProbe.mjs'), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let printed = '';
  child.stderr?.on(
    'data',
    (text: Buffer) => (printed = (printed + text.toString()).slice(-maxPrintedLength)),
  );
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const outcome = await new Promise<ProbeOutcome>((resolve) => {
      timer = setTimeout(() => {
        resolve({ kind: 'timed-out', reason: `no answer within ${Math.round(timeoutMs / 1000)} s` });
      }, timeoutMs);
      child.once('message', (answer: ProbeAnswer) => resolve(answer)); // The boundary: only our own module answers.
      child.once('error', (error) => resolve({ kind: 'failed', reason: error.message }));
      child.once('exit', (code, signalName) => {
        resolve({ kind: 'failed', reason: `the driver ended the process (${signalName ?? `code ${code}`})` });
      });
      child.send(request);
    });
    signal.throwIfAborted();
    const missing = outcome.kind === 'failed' ? findMissingLibrary(printed) : undefined;
    if (missing === undefined) {
      return outcome;
    }
    logger.info(`device: ${missing.printed}`);
    return { kind: 'failed', reason: missing.advice };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    kill();
  }
}
