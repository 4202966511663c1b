// `npm run pictures`: takes the pictures in media/ anew, with the real workbench and the default model.
import { join } from 'node:path';
import { runInWorkbench } from './workbench.mjs';

runInWorkbench(join('test', 'workbench', 'pictures.config.ts'), process.argv.slice(2));
