import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createConnection } from 'vscode-languageserver/node';
import { createConnectionLogger } from '../../src/server/editor/connectionLogger';

test('what is logged after the window has gone is lost, and disturbs nobody', () => {
  const connection = createConnection(new PassThrough(), new PassThrough());
  connection.listen();
  const logger = createConnectionLogger(connection);
  logger.info('there');
  connection.dispose();
  expect(() => connection.console.info('gone')).toThrow();
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    expect(() => logger[level]('gone')).not.toThrow();
  }
});
