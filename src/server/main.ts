import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { endpointAt } from '../link/endpoint';
import { createRuntimeLoader } from './runtimeLoader';
import { startServer } from './server';
import { runSharedServer } from './sharedServer';

const [mode, folder, name] = process.argv.slice(2);
if (mode === '--shared' && folder !== undefined && name !== undefined) {
  await runSharedServer(endpointAt(folder, name));
} else {
  // For one editor: the transport comes from the command line: --stdio, --node-ipc, --pipe or --socket.
  startServer(createConnection(ProposedFeatures.all), createRuntimeLoader);
}
