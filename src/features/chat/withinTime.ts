import { runInNewContext } from 'node:vm';

/**
 * What `run` returns. Throws when it computes for longer than that: V8 ends whatever JavaScript it is in, which needs no
 * cooperation. For programs that came with a model, which could otherwise hold up the process for ever.
 */
export function withinTime<Value>(limitMs: number, run: () => Value): Value {
  let result: { readonly value: Value } | undefined;
  const runAndKeep = () => {
    result = { value: run() };
  };
  // The script only calls back; a timeout of Node's ends what it calls, too (https://nodejs.org/api/vm.html).
  runInNewContext('run()', { run: runAndKeep }, { timeout: limitMs });
  if (result === undefined) {
    throw new Error('it did not run');
  }
  return result.value;
}
