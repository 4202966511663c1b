/** How far a long step has come. `totalCount` is undefined while it is not known. */
export interface Progress {
  readonly stage: 'download' | 'verify' | 'prepare' | 'load';
  readonly unit: 'bytes' | 'steps';
  readonly doneCount: number;
  readonly totalCount: number | undefined;
}

export type ReportProgress = (progress: Progress) => void;
