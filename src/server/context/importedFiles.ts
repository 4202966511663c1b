import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError, errorCode } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { TextDocument } from '../../features/completion/types';
import { filePath } from '../editor/fileName';
import { findImportCandidates } from './importSpecifiers';

/** More files than this would not fit the prompt; larger ones hold more than the prompt can take. */
const MAX_FILE_COUNT = 6;
const MAX_FILE_BYTES = 128 * 1024;

/**
 * Reads the files of the workspace that a document imports, in the order of its imports. Files outside `folders`
 * and those to `skip` are left out, also by way of a link, and so are large ones. Never rejects.
 */
export async function readImportedFiles(
  document: TextDocument,
  folders: readonly string[],
  skip: (uri: string) => boolean,
  logger: Logger,
): Promise<readonly TextDocument[]> {
  const documentPath = filePath(document.uri);
  if (documentPath === undefined || folders.length === 0) {
    return [];
  }
  const folder = dirname(documentPath);
  const roots = await Promise.all(folders.map((root) => realpath(root).catch(() => root)));
  const found: TextDocument[] = [];
  for (const candidates of findImportCandidates(document.languageId, document.text)) {
    if (found.length === MAX_FILE_COUNT) {
      break;
    }
    for (const candidate of candidates) {
      const path = resolve(folder, candidate);
      if (skip(pathToFileURL(path).href)) {
        break;
      }
      const text = await readWithin(roots, path, skip, logger);
      if (text !== undefined) {
        found.push({ uri: pathToFileURL(path).href, languageId: document.languageId, version: 0, text });
        break;
      }
    }
  }
  return found;
}

/** The file's text, or undefined when there is no such file that may be read. */
async function readWithin(
  roots: readonly string[],
  path: string,
  skip: (uri: string) => boolean,
  logger: Logger,
): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    const mayRead = roots.some((root) => !isOutside(relative(root, real))) && !skip(pathToFileURL(real).href);
    const status = await stat(real);
    return mayRead && status.isFile() && status.size <= MAX_FILE_BYTES
      ? await readFile(real, 'utf8')
      : undefined;
  } catch (error) {
    if (!isMissing(error)) {
      logger.debug(`context: an imported file was not read: ${describeError(error)}`);
    }
    return undefined;
  }
}

function isOutside(relativePath: string): boolean {
  return relativePath.startsWith('..') || isAbsolute(relativePath);
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
}
