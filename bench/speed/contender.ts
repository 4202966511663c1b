/** One engine under measurement, in a process of its own. Times in milliseconds. */
export interface Contender {
  /** Empties the KV cache, then runs `ids` through the model. */
  prefill(ids: readonly number[]): Promise<number>;
  /** Prefills `promptIds` untimed, then decodes greedily; the time of one token, the first one excluded. */
  decode(promptIds: readonly number[], tokenCount: number): Promise<number>;
}

export type ContenderName = 'sotto' | 'sotto with prompt lookup' | 'llama.cpp';

export interface ContenderOptions {
  readonly ggufPath: string;
  readonly threadCount: number;
  readonly contextCapacity: number;
}

/** Commands to the worker process, and its answers. */
export type Command =
  | { readonly kind: 'prefill'; readonly ids: readonly number[] }
  | { readonly kind: 'decode'; readonly ids: readonly number[]; readonly tokenCount: number }
  | { readonly kind: 'memory' };

export type Answer =
  { readonly kind: 'value'; readonly value: number } | { readonly kind: 'failed'; readonly message: string };
