import type { Progress } from '../../base/progress';
import type { ModelState } from '../../shared/modelState';

/** Where a model stands while it is fetched, prepared or loaded. */
export function stateOfProgress(model: string, { stage, doneCount, totalCount }: Progress): ModelState {
  switch (stage) {
    case 'download':
      return { kind: 'downloading', model, doneByteCount: doneCount, totalByteCount: totalCount ?? null };
    case 'verify':
    case 'prepare':
      return { kind: 'preparing', model, fraction: totalCount ? doneCount / totalCount : null };
    case 'load':
      return { kind: 'loading', model };
  }
}

/** Differs between two states when a reader could tell them apart: another kind, whole percent or token a second. */
export function noticeable(state: ModelState): string {
  switch (state.kind) {
    case 'downloading':
      return `downloading ${state.model} ${percent(state.doneByteCount, state.totalByteCount)}`;
    case 'preparing':
      return `preparing ${state.model} ${percent(state.fraction ?? 0, 1)}`;
    case 'ready':
      return `ready ${state.model} ${state.device} ${state.missing?.kind} ${Math.round(state.tokensPerSecond ?? 0)}`;
    case 'absent':
    case 'loading':
    case 'unloaded':
    case 'failed':
      return JSON.stringify(state);
  }
}

function percent(done: number, total: number | null): number {
  return total ? Math.floor((100 * done) / total) : 0;
}
