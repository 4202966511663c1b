import { UserError } from '../base/errors';
import type { CommandResult } from '../shared/protocol';

/** The value, or undefined when the request was cancelled. Throws a `UserError` when it failed. */
export function unwrap<Value>(result: CommandResult<Value>): Value | undefined {
  switch (result.kind) {
    case 'done':
      return result.value;
    case 'cancelled':
      return undefined;
    case 'failed':
      throw new UserError(result.code, result.reason, result.advice);
  }
}
