/** What a user did or met, by a stable name that tests, logs and documentation can refer to. */
export type ErrorCode =
  | 'aborted-by-user'
  | 'bad-argument'
  | 'cache-not-writable'
  | 'context-full'
  | 'damaged-model'
  | 'device-hung'
  | 'device-unavailable'
  | 'disk-full'
  | 'document-changed'
  | 'download-failed'
  | 'engine-failed'
  | 'engine-library-missing'
  | 'engine-library-too-old'
  | 'file-not-found'
  | 'model-not-found'
  | 'model-too-large'
  | 'no-suggestion'
  | 'no-symbol'
  | 'out-of-memory'
  | 'text-too-large'
  | 'unsupported-language'
  | 'unsupported-model'
  | 'unsupported-platform';

/**
 * An error that a user can read and act on: `message` is one sentence that says what happened, `advice` one
 * sentence that says what to do next. Anything else that is thrown is a defect of ours.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Any thrown value as one line of text for a log: the chain of causes, without stacks. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? '' : ` (because: ${describeError(error.cause)})`;
  return `${error.message}${cause}`;
}

/** Node's code of a system error (`ENOENT`, …), or undefined for any other thrown value. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The `UserError` that `run` throws, or undefined when it returns; any other error goes on. */
export function userErrorOf(run: () => unknown): UserError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) {
      return error;
    }
    throw error;
  }
}
