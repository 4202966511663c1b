// Every command that the pages name: each `npm start -- …` is run, on a tiny model.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine, type CommandLineResult } from '../support/commandLine';
import { writeTinyModel } from '../support/tinyModel';
import { codeOf, pageNames, readPage, root } from './pages';

const manifest = JSON.parse(readPage('package.json')) as { readonly scripts: Record<string, string> };
const commands = [...new Set(pageNames.flatMap((name) => codeOf(readPage(name))))].filter((code) =>
  /^(npm (start|test|run)\b|npx |node )[^…]*$/.test(code),
);
const startPrefix = 'npm start -- ';

/** Looked for in the command line's help only, and why. */
const notRun: Readonly<Record<string, string>> = {
  'model fetch qwen2.5-coder-0.5b': 'downloads 491 MB; `npm test` runs it before all tests',
};

/** The file that the pages' examples are about; its lines 10 to 25 are a function. */
const exampleFile = `import math

LIMIT = 100


def double(value):
    return 2 * value


def describe(numbers):
    total = 0
    largest = numbers[0]
    smallest = numbers[0]
    for number in numbers:
        total += number
        if number > largest:
            largest = number
        if number < smallest:
            smallest = number
    mean = total / len(numbers)
    spread = largest - smallest
    if spread > LIMIT:
        mean = math.floor(mean)
    result = (mean, spread)
    return result
`;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-pages-'));
  await writeTinyModel({ seed: 1, architecture: 'qwen2', contextLength: 4096 }, join(folder, 'tiny.gguf'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'main.py'), exampleFile);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('the pages name commands, and nothing but npm runs them', () => {
  expect(commands.length).toBeGreaterThan(15);
  expect(commands.filter((command) => !command.startsWith('npm '))).toEqual([]);
});

test.each(commands.filter((command) => !command.startsWith(startPrefix)))('%s is a script', (command) => {
  const [, word = '', name = ''] = command.split(' ');
  const script = manifest.scripts[word === 'run' ? name : word] ?? '';
  const program = script.startsWith('node ')
    ? script.split(' ')[1]
    : `node_modules/.bin/${script.split(' ')[0]}`;
  expect(existsSync(join(root, program ?? '')), script).toBe(true);
  // Benches take minutes and the evaluation data: that they know the options has to do.
  const bench = /bench\.mjs (\w+)/.exec(script)?.[1];
  const options = [...command.matchAll(/ --(\w+)/g)].map(([, option]) => option);
  const source = bench === undefined ? '' : readFileSync(join(root, 'bench', `${bench}.ts`), 'utf8');
  const known = [...source.matchAll(/(\w+): \{ type: '(?:string|boolean)'/g)].map(([, option]) => option);
  expect(known).toEqual(expect.arrayContaining(options));
});

test('every command of the command line stands in the README', async () => {
  const { stdout } = await run(['--help']);
  const names = [...stdout.matchAll(/^ {2}(\w+)(?: |$)/gm)].map(([, name]) => name);
  const shown = codeOf(readPage('README.md')).flatMap((code) =>
    code.startsWith(startPrefix) ? [code.slice(startPrefix.length).split(' ')[0]] : [],
  );
  expect(names.length).toBeGreaterThan(5);
  expect([...new Set(shown)].toSorted()).toEqual(names.filter((name) => name !== 'help').toSorted());
});

const started = commands.filter((command) => command.startsWith(startPrefix));

test.each(started.map((command) => command.slice(startPrefix.length)))('npm start -- %s', async (words) => {
  if (notRun[words] !== undefined) {
    const { exitCode, stdout } = await run([...words.split(' ').slice(0, 2), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: sotto ${words.split(' ').slice(0, 2).join(' ')}`);
    return;
  }
  const place = { 'FILE:LINE:COLUMN': 'src/main.py:12:5', 'FILE[:LINE]': 'src/main.py:10' };
  const { exitCode, stdout, stderr } = await run(
    words.split(' ').map((word) => (word in place ? place[word as keyof typeof place] : word)),
  );
  // A tiny model of random weights may well have nothing to suggest, and this machine need not have CUDA.
  expect(stdout + stderr).not.toMatch(/failed unexpectedly|Usage:|could not be read/);
  expect([stderr, exitCode]).toEqual([stderr, expectedCode(words, stderr)]);
});

/** 0, or 1 where the answer is that there is nothing. */
function expectedCode(words: string, stderr: string): number {
  const hasNothing = /^(complete|device cuda)/.test(words) && /suggestion|CUDA/i.test(stderr);
  return hasNothing ? 1 : 0;
}

function run(words: readonly string[]): Promise<CommandLineResult> {
  return runCommandLine(words, { home: folder, cwd: folder });
}
