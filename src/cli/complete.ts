import { UserError } from '../base/errors';
import { completeOnce } from './completion';
import { parseLocation, readAtLocation } from './location';
import { printLine } from './terminal';
import { withModel } from './withModel';

/** `complete FILE:LINE:COLUMN`: prints the suggestion, or as JSON the whole outcome. */
export async function complete(locationText: string, asJson: boolean, signal: AbortSignal): Promise<void> {
  const location = parseLocation(locationText);
  const { text, offset } = await readAtLocation(location);
  const outcome = await withModel(
    (model, logger) => completeOnce(model, { path: location.path, text, offset }, logger, signal),
    signal,
  );
  if (asJson) {
    printLine(JSON.stringify(outcome));
  } else if (outcome.kind === 'suggestion') {
    printLine(outcome.text);
  } else {
    throw new UserError(
      'no-suggestion',
      `No suggestion at ${locationText}: ${outcome.reason} (${outcome.detail}).`,
      'Try a place where code is missing.',
    );
  }
}
