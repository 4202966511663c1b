import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import { describeError } from '../base/errors';
import { isAlive } from '../base/processLife';
import { devices, type Device } from '../engine/device';
import type { Engine } from '../engine/engine';
import { ensureWritableFolder } from '../model/cache';

/** A device at work, and under which key of the table of devices. */
export interface MarkedUse {
  readonly device: Device;
  readonly tableKey: string;
}

/**
 * An engine that says in a file, while a call of it runs, that the device is at work: a driver that ends the process,
 * or hangs until somebody ends it, leaves that behind for `takeCrashes`. `open` makes the engine, under the mark
 * already; where no file can be written the engine comes without. The mark is one byte, which survives the process but
 * costs the disk nothing.
 */
export async function openMarked(
  folder: string,
  use: MarkedUse,
  logger: Logger,
  open: () => Promise<Engine>,
): Promise<Engine> {
  let mark: DeviceMark;
  try {
    await ensureWritableFolder(folder);
    mark = new DeviceMark(folder, use, logger);
  } catch (error) {
    logger.warn(`device: a crash would not be noticed: ${describeError(error)}`);
    return open();
  }
  try {
    const engine = await mark.during(open);
    return {
      contextCapacity: engine.contextCapacity,
      vocabularySize: engine.vocabularySize,
      generate: (...call) => mark.during(() => engine.generate(...call)),
      prefill: (...call) => mark.during(() => engine.prefill(...call)),
      score: (...call) => mark.during(() => engine.score(...call)),
      scoreChoices: (...call) => mark.during(() => engine.scoreChoices(...call)),
      cachedPrefixLength: (ids) => engine.cachedPrefixLength(ids),
      forget: () => engine.forget(),
      async dispose() {
        await mark.during(() => engine.dispose());
        mark.remove();
      },
    };
  } catch (error) {
    mark.remove();
    throw error;
  }
}

/**
 * The devices that were at work when their process ended, each told once: reading takes the marks away. Marks of
 * processes that live are left alone, and one that cannot be taken away is told of again. Empty where nothing can be read.
 */
export function takeCrashes(folder: string, logger: Logger): readonly MarkedUse[] {
  return namesIn(folder).flatMap((name) => {
    const processId = Number(name.split('.')[0]);
    const path = join(folder, name);
    // In a container the next process often has the number of the last one.
    if (ownMarks.has(path) || (processId !== process.pid && isAlive(processId))) {
      return [];
    }
    const left = readMark(path);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      logger.warn(`device: a mark of a process that ended stays: ${describeError(error)}`);
    }
    return left === undefined ? [] : [left];
  });
}

/** No call takes as long: a process that is ended during one was ended because its device hangs. */
const hangMs = 10_000;

const working = '!';
const resting = '.';
const ownMarks = new Set<string>();

/** Trouble with its file is said once, and fails nothing: the engine works as well without. */
class DeviceMark {
  private readonly path: string;
  private readonly file: number;
  private removed = false;
  private workingSinceMs: number | undefined;
  private troubled = false;

  constructor(
    folder: string,
    use: MarkedUse,
    private readonly logger: Logger,
  ) {
    this.path = join(folder, `${process.pid}.${randomUUID()}.json`);
    this.file = openSync(this.path, 'wx');
    ownMarks.add(this.path);
    this.write(resting + JSON.stringify(use));
    process.once('exit', this.leave);
  }

  /** Runs `work` with the device marked as working. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.write(working);
    this.workingSinceMs = performance.now();
    try {
      return await work();
    } finally {
      this.workingSinceMs = undefined;
      this.write(resting);
    }
  }

  remove(): void {
    if (this.removed) {
      return;
    }
    this.removed = true;
    process.off('exit', this.leave);
    this.attempt(() => closeSync(this.file));
    this.attempt(() => rmSync(this.path, { force: true }));
    ownMarks.delete(this.path);
  }

  /**
   * The process ends of its own will: a call that runs is no crash, unless it hangs. Node then waits for good for the
   * call's thread, in a process that looks alive, so that nobody would take up the mark.
   */
  private readonly leave = (): void => {
    if (this.workingSinceMs === undefined || performance.now() - this.workingSinceMs < hangMs) {
      this.remove();
    } else {
      process.kill(process.pid, 'SIGKILL');
    }
  };

  private write(text: string): void {
    if (!this.removed) {
      this.attempt(() => writeSync(this.file, text, 0));
    }
  }

  private attempt(change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!this.troubled) {
        this.troubled = true;
        this.logger.warn(`device: a crash may not be noticed, or one that was none: ${describeError(error)}`);
      }
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\..*\.json$/.test(name));
  } catch {
    return []; // No device was ever used.
  }
}

/** The use that a mark names, if it says that the device was at work. */
function readMark(path: string): MarkedUse | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const value: unknown = JSON.parse(text.slice(1));
    if (text.startsWith(working) && typeof value === 'object' && value !== null && 'device' in value) {
      const device = devices.find((name) => name === value.device);
      const tableKey = 'tableKey' in value ? value.tableKey : undefined;
      return device !== undefined && typeof tableKey === 'string' ? { device, tableKey } : undefined;
    }
    return undefined;
  } catch {
    return undefined; // Taken by another process at the same moment, or cut short with the machine's power.
  }
}
