import { ConnectionError, ErrorCodes, ResponseError, type Middleware } from 'vscode-languageclient/node';
import { UserError } from '../../base/errors';

/**
 * A request of ours that the server did not live to answer fails with words for the reader. The editor's own requests
 * fail as they do: the library knows these errors, and nobody reads them.
 */
export const explainLostRequests: Pick<Middleware, 'sendRequest'> = {
  sendRequest: async (type, parameters, token, next) => {
    try {
      return await next(type, parameters, token);
    } catch (error) {
      const method = typeof type === 'string' ? type : type.method;
      throw method.startsWith('sotto/') && isConnectionGone(error)
        ? new UserError(
            'engine-failed',
            'The server ended before it had answered.',
            'It starts again by itself: try again in a moment.',
            { cause: error },
          )
        : error;
    }
  },
};

function isConnectionGone(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    (error instanceof ResponseError && goneCodes.some((code) => code === error.code))
  );
}

const goneCodes = [
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
];
