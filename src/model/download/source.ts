import type { Logger } from '../../base/logger';
import type { ReportProgress } from '../../base/progress';
import type { Environment } from '../cache';
import type { PartialFile } from './partialFile';

/**
 * What every source works with. A source brings `partial` from the length it has to the full length, and
 * rejects with the reason when it cannot; whether the bytes are right is decided by the caller.
 */
export interface DownloadContext {
  readonly partial: PartialFile;
  readonly fileName: string;
  readonly report: ReportProgress;
  readonly logger: Logger;
  readonly environment: Environment;
}

/** Reports that `doneCount` bytes of the file have been fetched. */
export function reportBytes({ report, partial }: DownloadContext, doneCount: number): void {
  report({ stage: 'download', unit: 'bytes', doneCount, totalCount: partial.expected.byteCount });
}
