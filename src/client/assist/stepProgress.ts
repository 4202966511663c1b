import { ProgressLocation, window, type CancellationToken } from 'vscode';

/** One of several symbols, before the model reads it. */
export interface Step {
  readonly doneCount: number;
  readonly totalCount: number;
  readonly name: string;
}

/** Shows in a notification, with a button to cancel, how far `run` has come. */
export function withStepProgress<Value>(
  title: string,
  run: (report: (step: Step) => void, token: CancellationToken) => Thenable<Value>,
): Thenable<Value> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) =>
      run(
        ({ doneCount, totalCount, name }) =>
          progress.report({
            message: totalCount > 1 ? `${name} (${doneCount + 1} of ${totalCount})` : name,
            increment: doneCount === 0 ? 0 : 100 / totalCount,
          }),
        token,
      ),
  );
}
