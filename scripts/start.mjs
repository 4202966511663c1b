// `npm start`: sets everything up. Without arguments it then opens VS Code with Sotto in it where a `code` command is
// on PATH, and completes the examples in the terminal elsewhere; with arguments it runs the command line with them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const commandLine = join(root, 'dist', 'cli.mjs');
const commandArguments = process.argv.slice(2);

// Ctrl-C reaches our children too: they stop cleanly and say how to go on, and we end with their exit code.
process.on('SIGINT', () => {});

setUp();
if (commandArguments.length === 0 && hasVisualStudioCode()) {
  run(process.execPath, [commandLine, 'model', 'fetch', 'qwen2.5-coder-0.5b']);
  run('code', ['--new-window', `--extensionDevelopmentPath=${root}`, join(root, 'examples')]);
  console.log('VS Code is open with Sotto in it: type in any file of the examples.');
} else {
  run(process.execPath, [commandLine, ...commandArguments]);
}

function hasVisualStudioCode() {
  const shell = process.platform === 'win32';
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell }).status === 0;
}
