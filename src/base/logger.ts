export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where a component reports what it does. Document text never goes to a level above `debug`. */
export type Logger = Readonly<Record<LogLevel, (message: string) => void>>;

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A logger that hands each line at or above `minimumLevel` to `write`, with time and level in front. */
export function createLineLogger(minimumLevel: LogLevel, write: (line: string) => void): Logger {
  const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const at = (level: LogLevel) =>
    order.indexOf(level) < order.indexOf(minimumLevel)
      ? ignore
      : (message: string) => write(`${new Date().toISOString()} ${level} ${message}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function ignore(): void {}
