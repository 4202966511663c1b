import { reasonNotToCheck } from '../../features/bugs/uncheckedFiles';
import { technicalObstacle } from '../../features/completion/ask/technicalObstacle';
import type { TextDocument } from '../../features/completion/types';

/** Of a longer file not even the syntax tree is made at each pause. */
const MAX_CHARACTERS = 300_000;

/**
 * Why a file is not checked by itself, as one phrase, or undefined when it is. `path` has forward slashes and is
 * relative to the workspace: the folders above say nothing about the file.
 */
export function unsuitableFile(path: string, document: TextDocument): string | undefined {
  return document.text.length > MAX_CHARACTERS
    ? `more than ${MAX_CHARACTERS} characters`
    : (reasonNotToCheck(path, document.text) ?? technicalObstacle(document));
}
