import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { createRuntimeLoader } from './runtimeLoader';
import { startServer } from './server';

// The transport comes from the command line: --node-ipc (VS Code), --stdio (any other editor), --pipe, --socket.
startServer(createConnection(ProposedFeatures.all), createRuntimeLoader);
