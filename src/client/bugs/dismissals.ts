/** The part of VS Code's `Memento` that is needed: the workspace's own memory, which survives a reload. */
export interface Memory {
  get<Value>(key: string): Value | undefined;
  update(key: string, value: unknown): Thenable<void>;
}

const LINES_KEY = 'sotto.dismissedBugLines';
const KINDS_KEY = 'sotto.dismissedBugKinds';
/** One may be a matter of one line; after two the user and the model do not agree about the kind. */
const STRICT_COUNT = 2;

/** Which lines the user said are right, by their dismissal keys, and how often of each kind. */
export class Dismissals {
  constructor(private readonly memory: Memory) {}

  get keys(): readonly string[] {
    const stored = this.memory.get<unknown>(LINES_KEY);
    return Array.isArray(stored) ? stored.filter((key): key is string => typeof key === 'string') : [];
  }

  /** Kinds that are to be underlined only when they are surer than others. */
  get strictKinds(): readonly string[] {
    return [...this.counts].filter(([, count]) => count >= STRICT_COUNT).map(([kind]) => kind);
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  async add(key: string, kind: string): Promise<void> {
    if (!this.has(key)) {
      const { counts } = this;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      await this.memory.update(LINES_KEY, [...this.keys, key]);
      await this.memory.update(KINDS_KEY, Object.fromEntries(counts));
    }
  }

  private get counts(): Map<string, number> {
    const stored = this.memory.get<unknown>(KINDS_KEY);
    const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  }
}
