import type { Connection } from 'vscode-languageserver';
import type { Logger } from '../../base/logger';

/**
 * Into the log of the window at the other end, which shows `info` and above unless the user sets it otherwise. Never
 * throws: what is said after the window has gone concerns nobody, and must not end the work that says it.
 */
export function createConnectionLogger({ console }: Pick<Connection, 'console'>): Logger {
  return {
    debug: (message) => quietly(() => console.debug(message)),
    info: (message) => quietly(() => console.info(message)),
    warn: (message) => quietly(() => console.warn(message)),
    error: (message) => quietly(() => console.error(message)),
  };
}

function quietly(say: () => void): void {
  try {
    say();
  } catch {
    // The connection is closed.
  }
}
