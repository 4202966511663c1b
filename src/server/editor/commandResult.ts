import type { CancellationToken } from 'vscode-languageserver';
import { isAbortError } from '../../base/abort';
import { describeError, UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { CommandResult } from '../../shared/protocol';
import { withSignal } from './cancellation';

/** Fault barrier of the commands that need the model: whatever happens, the client gets a result that it can show. */
export function runCommand<Value>(
  logger: Logger,
  token: CancellationToken,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<CommandResult<Value>> {
  return withSignal(token, async (signal) => {
    try {
      return { kind: 'done', value: await run(signal) };
    } catch (error) {
      if (signal.aborted || isAbortError(error)) {
        return { kind: 'cancelled' };
      }
      logger.error(describeError(error));
      return error instanceof UserError
        ? { kind: 'failed', code: error.code, reason: error.message, advice: error.advice }
        : {
            kind: 'failed',
            code: 'engine-failed',
            reason: `Something went wrong: ${describeError(error)}`,
            advice: 'The log has the details; "Sotto: Restart" starts anew.',
          };
    }
  });
}
