import { resolveUserPath } from '../../base/userPath';
import { locateCache, type Cache } from '../../model/cache';

/** The cache in the folder that the settings name; undefined: where the environment or the platform says. */
export function cacheAt(cacheFolder: string | undefined): Cache {
  return locateCache(cacheFolder === undefined ? process.env : { SOTTO_CACHE: resolveUserPath(cacheFolder) });
}
