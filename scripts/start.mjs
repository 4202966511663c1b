// `npm start`: sets everything up, then runs the command line with the given arguments.
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

setUp();
run(process.execPath, [join(root, 'dist', 'cli.mjs'), ...process.argv.slice(2)]);
