import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { createRuntimeDependencies } from './runtimeLoader';
import { startServer } from './server';

// The transport comes from the command line: --node-ipc (VS Code), --stdio (any other editor), --pipe, --socket.
startServer(createConnection(ProposedFeatures.all), createRuntimeDependencies());
