import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../../base/packageRoot';
import type { ReportProgress } from '../../base/progress';
import type { RepackWorkerData } from './repackWorker';
import type { RepackTask, WeightsPlan } from './weightsPlan';

/** Each worker holds about 40 MB, and past four the disk is the limit. */
const maxWorkerCount = 4;

/**
 * Writes the weights file that `plan` describes, in worker threads, and syncs it to disk. Progress is in bytes of
 * the GGUF. Rejects with the signal's reason when aborted; the half-written file is the caller's to remove.
 */
export async function writeWeights(
  plan: WeightsPlan,
  sourcePath: string,
  targetPath: string,
  report: ReportProgress,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const file = await open(targetPath, 'wx+');
  try {
    await file.truncate(plan.byteCount);
    for (const { offset, values } of plan.tables) {
      const { bytesWritten } = await file.write(values, 0, values.byteLength, offset);
      if (bytesWritten !== values.byteLength) {
        throw new Error(`wrote ${bytesWritten} of ${values.byteLength} bytes of a table`);
      }
    }
    await runTasks(plan.tasks, { sourcePath, targetPath }, report, signal);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function runTasks(
  tasks: readonly RepackTask[],
  workerData: RepackWorkerData,
  report: ReportProgress,
  signal: AbortSignal,
): Promise<void> {
  const totalCount = tasks.reduce((sum, task) => sum + task.sourceByteCount, 0);
  const queue = [...tasks].sort((a, b) => a.sourceOffset - b.sourceOffset); // The disk reads forward.
  let doneCount = 0;
  const workerCount = Math.min(availableParallelism(), maxWorkerCount, queue.length);
  const workers = Array.from({ length: workerCount }, () => {
    return new Worker(join(packageRoot(), 'dist', 'repackWorker.mjs'), { workerData });
  });
  const onDone = (byteCount: number) => {
    doneCount += byteCount;
    report({ stage: 'prepare', unit: 'bytes', doneCount, totalCount });
  };
  try {
    await Promise.all(workers.map((worker) => drainQueue(worker, queue, onDone, signal)));
    signal.throwIfAborted();
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Resolves when the queue is empty and this worker's last task is done, or when the signal aborts. */
function drainQueue(
  worker: Worker,
  queue: RepackTask[],
  onDone: (byteCount: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    const abort = () => settle(resolve); // The caller asks the signal why it ended.
    signal.addEventListener('abort', abort);
    const next = () => {
      const task = queue.shift();
      if (task === undefined) {
        settle(resolve);
      } else {
        worker.postMessage(task);
      }
    };
    worker.on('message', (byteCount: number) => {
      onDone(byteCount);
      next();
    });
    worker.on('error', (error) => settle(() => reject(error)));
    worker.on('exit', (code) =>
      settle(() => reject(new Error(`the repacking worker ended with code ${code}`))),
    );
    if (signal.aborted) {
      abort();
    } else {
      next();
    }
  });
}
