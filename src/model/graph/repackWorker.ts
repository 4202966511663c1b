import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { runRepackTask } from './repackTask';
import type { RepackTask } from './weightsPlan';

export interface RepackWorkerData {
  readonly sourcePath: string;
  /** Exists already; every worker writes its own ranges. */
  readonly targetPath: string;
}

/** A worker thread: takes one task at a time, answers with the bytes it has read. A failure ends it. */
const { sourcePath, targetPath } = workerData as RepackWorkerData; // The boundary: only writeWeights.ts starts us.
const sourceFile = openSync(sourcePath, 'r');
const targetFile = openSync(targetPath, 'r+');
parentPort?.on('message', (task: RepackTask) => {
  runRepackTask(task, sourceFile, targetFile);
  parentPort?.postMessage(task.sourceByteCount);
});
