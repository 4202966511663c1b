import { ProgressLocation, window, type Progress } from 'vscode';
import { UserError } from '../../base/errors';
import { formatBytes } from '../../base/formatBytes';
import type { ModelState } from '../../shared/modelState';
import { fetchModelRequest } from '../../shared/protocol';
import type { Application } from '../application';
import { percent } from '../status/statusView';

export type ModelFetcher = Pick<Application, 'requireClient' | 'onDidChangeModelState'>;

/**
 * Downloads, prepares and loads the configured model with a progress notification that can be cancelled. Only
 * called because the user asked. Throws a `UserError` when it fails.
 */
export async function fetchModel(application: ModelFetcher): Promise<void> {
  const client = application.requireClient();
  const result = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Sotto', cancellable: true },
    async (progress, token) => {
      const show = createReporter(progress);
      const listener = application.onDidChangeModelState(show);
      try {
        return await client.sendRequest(fetchModelRequest, token);
      } finally {
        listener.dispose();
      }
    },
  );
  if (result.kind === 'failed') {
    throw new UserError('download-failed', result.reason, result.advice);
  }
  if (result.kind === 'ready') {
    void window.showInformationMessage('Sotto is ready: suggestions appear while you type, Tab accepts.');
  }
}

/** Turns states into messages; only the download, which takes longest, fills the bar. */
function createReporter(
  progress: Progress<{ message?: string; increment?: number }>,
): (state: ModelState) => void {
  let shownPercent = 0;
  return (state) => {
    const reachedPercent =
      state.kind === 'downloading' && state.totalByteCount !== null
        ? (100 * state.doneByteCount) / state.totalByteCount
        : shownPercent;
    progress.report({ message: describe(state), increment: Math.max(0, reachedPercent - shownPercent) });
    shownPercent = Math.max(shownPercent, reachedPercent);
  };
}

function describe(state: ModelState): string {
  switch (state.kind) {
    case 'downloading': {
      const total = state.totalByteCount === null ? '' : ` of ${formatBytes(state.totalByteCount)}`;
      return `downloading ${state.model}: ${formatBytes(state.doneByteCount)}${total}`;
    }
    case 'preparing':
      return `preparing ${state.model}${state.fraction === null ? '' : `: ${percent(state.fraction)}`}`;
    case 'absent':
    case 'loading':
    case 'ready':
    case 'unloaded':
    case 'failed':
      return `loading ${state.model}`;
  }
}
