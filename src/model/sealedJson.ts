import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeError, errorCode } from '../base/errors';
import type { Logger } from '../base/logger';
import { replaceFile, writeSynced } from './replaceFile';

/** Writes an object as JSON, with a checksum over all that it says; it is there completely or not at all. */
export async function writeSealed(path: string, value: object): Promise<void> {
  const text = JSON.stringify({ ...value, checksum: checksumOf(value) }, undefined, 2);
  await replaceFile(path, (temporaryPath) => writeSynced(temporaryPath, Buffer.from(text)));
}

/** As `writeSealed`, for what only spares work at the next start: where it cannot be written, the log says so. */
export async function rememberSealed(path: string, value: object, logger: Logger): Promise<void> {
  try {
    await writeSealed(path, value);
  } catch (error) {
    logger.warn(
      `${path} cannot be written, and the next start works out again what it would hold: ${describeError(error)}`,
    );
  }
}

/**
 * What `writeSealed` wrote, so that it need not be checked value by value. Undefined, with the reason in the log, when
 * the file has been changed since; undefined when there is none.
 */
export async function readSealed<Value extends object>(
  path: string,
  logger: Logger,
): Promise<Value | undefined> {
  try {
    const { checksum, ...value } = JSON.parse(await readFile(path, 'utf8')) as Value & { checksum: unknown };
    if (checksum === checksumOf(value)) {
      return value as unknown as Value;
    }
    logger.warn(`${path} has changed since it was made`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      logger.warn(`${path} is damaged: ${describeError(error)}`);
    }
  }
  return undefined;
}

function checksumOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
