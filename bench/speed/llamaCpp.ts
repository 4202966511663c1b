import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/base/packageRoot';
import type { Contender, ContenderOptions } from './contender';

/** The part of node-llama-cpp's interface that we use; the package is installed in bench/peers only. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; maxThreads: number; logLevel: 'error' }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: { contextSize: number; threads: number; batchSize: number }): Promise<{
        getSequence(): Sequence;
      }>;
    }>;
  }>;
}

interface Sequence {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: { temperature: 0 }): AsyncGenerator<number>;
}

/** llama.cpp through node-llama-cpp, on the CPU, with the same GGUF and thread count. */
export async function loadLlamaCpp(options: ContenderOptions): Promise<Contender> {
  const require = createRequire(join(packageRoot(), 'bench', 'peers', 'package.json'));
  const library = (await import(pathToFileURL(require.resolve('node-llama-cpp')).href)) as NodeLlamaCpp;
  const llama = await library.getLlama({
    gpu: false,
    build: 'never',
    maxThreads: options.threadCount,
    logLevel: 'error',
  });
  const model = await llama.loadModel({ modelPath: options.ggufPath });
  const context = await model.createContext({
    contextSize: options.contextCapacity,
    threads: options.threadCount,
    batchSize: 512,
  });
  const sequence = context.getSequence();

  return {
    async prefill(ids) {
      await sequence.clearHistory();
      const start = performance.now();
      await sequence.evaluateWithoutGeneratingNewTokens(ids);
      return performance.now() - start;
    },
    async decode(promptIds, tokenCount) {
      await sequence.clearHistory();
      let firstTokenTime = 0;
      let count = 0;
      for await (const _token of sequence.evaluate(promptIds, { temperature: 0 })) {
        count += 1;
        if (count === 1) {
          firstTokenTime = performance.now();
        } else if (count > tokenCount) {
          break;
        }
      }
      return (performance.now() - firstTokenTime) / tokenCount;
    },
  };
}
