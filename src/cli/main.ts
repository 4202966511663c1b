import { Command, CommanderError } from 'commander';
import { isAbortError } from '../base/abort';
import { UserError, describeError } from '../base/errors';
import { reviewFile } from './bugs';
import { complete } from './complete';
import { prepareCuda } from './device';
import { documentLines } from './document';
import { runDoctor } from './doctor';
import { explainLines } from './explain';
import { checkModels, fetchModel, listModels } from './models';
import { remark } from './terminal';
import { runTour } from './tour';

// Ctrl-C once: stop cleanly, keep what can be resumed. Twice: end at once.
const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort(new UserError('aborted-by-user', 'Stopped.', 'Run the same command again to go on.'));
});

process.exitCode = await run(createProgram(interrupt.signal), process.argv);

function createProgram(signal: AbortSignal): Command {
  const program = new Command('sotto')
    .description('A local code model: completes, explains and documents code on this machine.')
    .exitOverride()
    .showHelpAfterError('Run "npm start -- --help" to see the commands.')
    .action(() => runTour(signal));
  program
    .command('complete')
    .argument('<FILE:LINE:COLUMN>', 'the cursor, counted from 1')
    .option('--json', 'print the outcome for machines')
    .description('print the suggestion for a place in a file')
    .action((location: string, { json }: { json?: boolean }) => complete(location, json === true, signal));
  program
    .command('explain')
    .argument('<FILE:START-END>', 'lines, counted from 1; a line alone means the symbol on it')
    .description('explain code')
    .action((place: string) => explainLines(place, signal));
  program
    .command('document')
    .argument('<FILE:LINE>', 'a line of the symbol, or START-END for all symbols there')
    .option('--write', 'save the comment in the file')
    .description('show a documentation comment for a symbol')
    .action((place: string, { write }: { write?: boolean }) => documentLines(place, write === true, signal));
  program
    .command('bugs')
    .argument('<FILE[:LINE]>', 'a file, a line of a function in it, or START-END')
    .option('--json', 'print the places for machines')
    .description('show the places that the model doubts most')
    .action((place: string, { json }: { json?: boolean }) => reviewFile(place, json === true, signal));
  program
    .command('doctor')
    .description('show processor, memory, library, model and cache, and time one completion')
    .action(() => runDoctor(signal));
  const device = program.command('device').description('what a device needs');
  device
    .command('cuda')
    .option('--from <folder>', "a folder of yours with ONNX Runtime's CUDA provider")
    .option('--fetch', 'fetch the provider with pip, after showing size, hash and licence')
    .description("find, take or fetch ONNX Runtime's CUDA provider (Linux, NVIDIA)")
    .action((options: { from?: string; fetch?: boolean }) => prepareCuda(options, signal));
  const model = program.command('model').description('list, fetch and check models');
  model.command('list').description('the models Sotto knows, and which are here').action(listModels);
  model
    .command('fetch')
    .argument('<name>')
    .option('--from <file>', 'a copy of the file that you already have')
    .description('fetch, verify and prepare a model')
    .action((name: string, { from }: { from?: string }) => fetchModel(name, from, signal));
  model
    .command('check')
    .argument('[name]')
    .description('read the model files that are here and compare their hashes')
    .action((name: string | undefined) => checkModels(name, signal));
  return program;
}

/** Exit code: 0 done, 1 an error that was explained, 2 wrong usage, 130 stopped with Ctrl-C. */
async function run(program: Command, commandLine: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(commandLine);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    if (error instanceof UserError) {
      remark(`${error.message}\n${error.advice}`);
      return error.code === 'aborted-by-user' ? 130 : 1;
    }
    if (isAbortError(error)) {
      return 130;
    }
    remark(`Sotto failed unexpectedly: ${describeError(error)}`);
    remark(error instanceof Error ? (error.stack ?? '') : '');
    return 1;
  }
}
