import { raceAbort } from '../../base/abort';
import type { Logger, LogLevel } from '../../base/logger';
import type { Progress } from '../../base/progress';
import { loadLanguageModel, type LanguageModel, type LoadOptions } from '../../runtime/languageModel';

/** A share in a model that is in memory. */
export interface ModelShare {
  readonly model: LanguageModel;
  /** To be called when the window's turn at the engine begins: what goes wrong in it is told there. */
  readonly noteTurn: () => void;
  /** Lets go; the last one to do so frees the model. Idempotent. */
  readonly release: () => Promise<void>;
}

type LoadModel = (options: LoadOptions, signal: AbortSignal) => Promise<LanguageModel>;

/** The models in memory: each is loaded once, however many windows want it, and freed when nobody wants it any more. */
export class SharedModels {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly load: LoadModel = loadLanguageModel) {}

  /**
   * Loads the model, or joins in where another window has loaded it or is just doing so. Rejects as loading does, and
   * with the signal's reason; the loading itself is aborted when nobody waits for it any more.
   */
  async acquire(options: LoadOptions, signal: AbortSignal): Promise<ModelShare> {
    signal.throwIfAborted();
    const { choice, cache, contextCapacity, threadCount, device, report } = options;
    const key = JSON.stringify({ choice, cache, contextCapacity, threadCount, device });
    const entry = this.entries.get(key) ?? this.begin(key, options);
    const user: User = options;
    entry.users.add(user);
    if (entry.progress !== undefined) {
      report(entry.progress);
    }
    const release = () => this.leave(key, entry, user);
    try {
      const noteTurn = () => {
        entry.inTurn = user;
      };
      return { model: await raceAbort(entry.model, signal), noteTurn, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  private begin(key: string, options: LoadOptions): Entry {
    const controller = new AbortController();
    const users = new Set<User>();
    const report = (progress: Progress) => {
      entry.progress = progress;
      users.forEach((user) => user.report(progress));
    };
    const shared: LoadOptions = {
      ...options,
      report,
      logger: loggerTo(users),
      onDeviceMoved: (device, missing) => users.forEach((user) => user.onDeviceMoved?.(device, missing)),
      // One window is enough; the first of them while the model is loaded.
      onDeviceLost: (device, loss) => {
        const [told] = entry.inTurn === undefined ? users : [entry.inTurn];
        told?.onDeviceLost?.(device, loss);
      },
    };
    const model = Promise.resolve().then(() => this.load(shared, controller.signal));
    const entry: Entry = { model, users, controller };
    this.entries.set(key, entry);
    model.then(
      () => (entry.progress = undefined),
      () => this.forget(key, entry), // Those who wait for the model see the error; the next one tries again.
    );
    return entry;
  }

  private async leave(key: string, entry: Entry, user: User): Promise<void> {
    if (entry.inTurn === user) {
      entry.inTurn = undefined;
    }
    if (!entry.users.delete(user) || entry.users.size > 0) {
      return;
    }
    this.forget(key, entry);
    entry.controller.abort();
    const model = await entry.model.catch(() => undefined);
    await model?.dispose();
  }

  private forget(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) {
      this.entries.delete(key);
    }
  }
}

interface Entry {
  readonly model: Promise<LanguageModel>;
  readonly users: Set<User>;
  /** Who had the last turn at the engine. */
  inTurn?: User | undefined;
  readonly controller: AbortController;
  /** Of loading, while it goes on, for those who join in. */
  progress?: Progress;
}

/** What a window wants to be told. */
type User = Pick<LoadOptions, 'report' | 'logger' | 'onDeviceMoved' | 'onDeviceLost'>;

/** Into the log of each window that has the model at that moment: the one that began may be gone. */
function loggerTo(users: ReadonlySet<User>): Logger {
  const at = (level: LogLevel) => (message: string) => users.forEach(({ logger }) => logger[level](message));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
