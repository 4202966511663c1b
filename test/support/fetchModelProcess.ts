import { locateCache } from '../../src/model/cache';
import { silentLogger } from '../../src/base/logger';
import { neverAborted } from '../../src/base/abort';
import type { CatalogEntry } from '../../src/model/catalog';
import { ensureModelFile } from '../../src/model/modelFile';

// A whole process that fetches one model: `ENTRY` holds the catalog entry as JSON. Prints the path.
const entry = JSON.parse(process.env.ENTRY ?? '') as CatalogEntry;
const options = { cache: locateCache(process.env), report: () => {}, logger: silentLogger };
process.stdout.write(await ensureModelFile(entry, options, neverAborted));
