import type { Connection } from 'vscode-languageserver';
import type { Logger } from '../../base/logger';

/** Into the log of the window at the other end, which shows `info` and above unless the user sets it otherwise. */
export function createConnectionLogger(connection: Connection): Logger {
  return {
    debug: (message) => connection.console.debug(message),
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  };
}
