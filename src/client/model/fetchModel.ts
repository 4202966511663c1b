import { ProgressLocation, window, type Progress } from 'vscode';
import { UserError } from '../../base/errors';
import type { ModelState } from '../../shared/modelState';
import { fetchModelRequest } from '../../shared/protocol';
import type { Application } from '../application';
import { megabytes, percent } from '../status/statusView';

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

/** Turns states into a message and the increments that VS Code's progress bar wants. */
function createReporter(
  progress: Progress<{ message?: string; increment?: number }>,
): (state: ModelState) => void {
  let stage: ModelState['kind'] | undefined;
  let shownPercent = 0;
  return (state) => {
    if (stage === 'downloading' && state.kind !== 'downloading') {
      shownPercent = 0;
    }
    stage = state.kind;
    const fraction = fractionOf(state);
    const increment = Math.max(0, 100 * fraction - shownPercent);
    shownPercent += increment;
    // Preparation follows the download on the same bar, which cannot run backwards: only the download fills it.
    progress.report({
      message: describe(state),
      increment: state.kind === 'downloading' ? increment : 0,
    });
  };
}

function fractionOf(state: ModelState): number {
  if (state.kind === 'downloading') {
    return state.totalByteCount === null ? 0 : state.doneByteCount / state.totalByteCount;
  }
  return 0;
}

function describe(state: ModelState): string {
  switch (state.kind) {
    case 'downloading': {
      const total = state.totalByteCount === null ? '' : ` of ${megabytes(state.totalByteCount)}`;
      return `downloading ${state.model}: ${megabytes(state.doneByteCount)}${total}`;
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
