// One contender in a process of its own, so that its start-up time and memory are its own.
import { describeError } from '../../src/base/errors';
import type { Answer, Command, Contender, ContenderName, ContenderOptions } from './contender';
import { loadLlamaCpp } from './llamaCpp';
import { loadSotto } from './sotto';

const [, , name, optionsText] = process.argv as [string, string, ContenderName, string];
const options = JSON.parse(optionsText) as ContenderOptions;

const contender = await load(name);
// Cold start: from the start of the process to the first token of a short prompt.
await contender.decode([750, 15229, 1445, 982], 1);
send({ kind: 'value', value: performance.now() });

process.on('message', (command: Command) => {
  answer(command).then(
    (value) => send({ kind: 'value', value }),
    (error: unknown) => send({ kind: 'failed', message: describeError(error) }),
  );
});

function load(contenderName: ContenderName): Promise<Contender> {
  switch (contenderName) {
    case 'llama.cpp':
      return loadLlamaCpp(options);
    case 'sotto':
      return loadSotto({ ...options, speculate: false });
    case 'sotto with prompt lookup':
      return loadSotto({ ...options, speculate: true });
  }
}

async function answer(command: Command): Promise<number> {
  switch (command.kind) {
    case 'prefill':
      return contender.prefill(command.ids);
    case 'decode':
      return contender.decode(command.ids, command.tokenCount);
    case 'memory':
      return process.memoryUsage.rss();
  }
}

function send(message: Answer): void {
  process.send?.(message);
}
