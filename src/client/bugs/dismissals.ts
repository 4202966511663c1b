/** The part of VS Code's `Memento` that is needed: the workspace's own memory, which survives a reload. */
export interface Memory {
  get<Value>(key: string): Value | undefined;
  update(key: string, value: unknown): Thenable<void>;
}

const MEMORY_KEY = 'sotto.dismissedBugLines';

/** Which lines the user said are right, by their dismissal keys. */
export class Dismissals {
  constructor(private readonly memory: Memory) {}

  get keys(): readonly string[] {
    const stored = this.memory.get<unknown>(MEMORY_KEY);
    return Array.isArray(stored) ? stored.filter((key): key is string => typeof key === 'string') : [];
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  async add(key: string): Promise<void> {
    if (!this.has(key)) {
      await this.memory.update(MEMORY_KEY, [...this.keys, key]);
    }
  }
}
