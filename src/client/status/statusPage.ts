import { viewStatus, type StatusFacts } from './statusView';

/** "Why no suggestion?" without a server that could tell: what holds suggestions up, and what to do about it. */
export function renderStatusPage(facts: StatusFacts): string {
  return [
    '# Why no suggestion?',
    '',
    `server: ${viewStatus(facts).tooltip}`,
    '',
    '## What to do next',
    '',
    adviceFor(facts),
    '',
    'Requests are listed here while the server runs.',
    '',
  ].join('\n');
}

function adviceFor({ enabled, process }: StatusFacts): string {
  if (!enabled) {
    return 'Set sotto.enabled to true in the settings.';
  }
  switch (process) {
    case 'given-up':
      return 'Run "Sotto: Restart". If it stops again, "Sotto: Show Log" has the reason.';
    case 'stopped':
    case 'starting':
    case 'restarting':
      return 'Wait a moment and open this page again. If this lasts, run "Sotto: Restart"; "Sotto: Show Log" has the details.';
    case 'running':
      return 'The server did not answer. Open this page again; if this lasts, run "Sotto: Restart".';
  }
}
