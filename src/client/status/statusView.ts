import { formatBytes } from '../../base/formatBytes';
import type { ModelState } from '../../shared/modelState';
import { describeMissing } from '../model/describeModel';
import type { ProcessState } from '../process/languageClient';

/** What the status item shows. `warning`: the user has to do something before suggestions appear. */
export interface StatusView {
  readonly text: string;
  readonly tooltip: string;
  readonly severity: 'normal' | 'warning';
}

export interface StatusFacts {
  readonly enabled: boolean;
  readonly process: ProcessState;
  readonly model: ModelState | undefined;
  readonly pauseReason: string | undefined;
  readonly languageEnabled: boolean;
}

/** The status item for the facts: the process first, then pauses, then the model. */
export function viewStatus(facts: StatusFacts): StatusView {
  if (!facts.enabled) {
    return view('$(circle-slash) Sotto', 'Sotto is off (sotto.enabled): nothing runs.');
  }
  switch (facts.process) {
    case 'given-up':
      return warning(
        '$(error) Sotto: stopped',
        'The server crashed too often. Choose Restart, or see the log.',
      );
    case 'restarting':
      return view('$(sync~spin) Sotto', 'The server ended unexpectedly and is starting again.');
    case 'stopped':
    case 'starting':
      return view('$(sync~spin) Sotto', 'Starting.');
    case 'running':
      break;
  }
  if (facts.pauseReason !== undefined) {
    return view('$(debug-pause) Sotto', `Suggestions are ${facts.pauseReason}.`);
  }
  if (facts.model === undefined) {
    return view('$(sync~spin) Sotto', 'Starting.');
  }
  const model = viewModel(facts.model);
  return facts.languageEnabled || model.severity === 'warning'
    ? model
    : view(
        '$(circle-slash) Sotto',
        `Suggestions are off in this language (sotto.languages). ${model.tooltip}`,
      );
}

function viewModel(state: ModelState): StatusView {
  switch (state.kind) {
    case 'absent':
      return warning('$(cloud-download) Sotto: no model', `${state.model} is not on this machine yet.`);
    case 'downloading': {
      const { doneByteCount, totalByteCount } = state;
      const done =
        totalByteCount === null ? formatBytes(doneByteCount) : percent(doneByteCount / totalByteCount);
      return view(`$(sync~spin) Sotto: downloading ${done}`, `Downloading ${state.model}.`);
    }
    case 'preparing': {
      const done = state.fraction === null ? '' : ` ${percent(state.fraction)}`;
      return view(`$(sync~spin) Sotto: preparing${done}`, `Preparing ${state.model} for this machine.`);
    }
    case 'loading':
      return view('$(sync~spin) Sotto: loading', `Loading ${state.model}.`);
    case 'ready': {
      const speed = state.tokensPerSecond === null ? '' : `, ${Math.round(state.tokensPerSecond)} tok/s`;
      const limitation = state.limitation === null ? '' : ` ${state.limitation}`;
      const missing = state.missing === null ? '' : ` ${describeMissing(state.missing)}`;
      return view(
        '$(sparkle) Sotto',
        `Ready: ${state.model} on ${state.device}${speed}.${missing}${limitation}`,
      );
    }
    case 'unloaded':
      return view('$(sparkle) Sotto', `${state.model} is asleep and wakes when you type.`);
    case 'failed':
      return warning('$(warning) Sotto: failed', `${state.reason} ${state.advice}`);
  }
}

function view(text: string, tooltip: string): StatusView {
  return { text, tooltip, severity: 'normal' };
}

function warning(text: string, tooltip: string): StatusView {
  return { text, tooltip, severity: 'warning' };
}

/** `43 %` of a fraction 0..1, never above 100. */
export function percent(fraction: number): string {
  return `${Math.min(100, Math.floor(100 * fraction))} %`;
}
