import { Presets, SingleBar } from 'cli-progress';
import type { Disposable } from '../base/disposables';
import type { Progress, ReportProgress } from '../base/progress';
import { formatBytes } from '../base/formatBytes';
import { remark } from './terminal';

const stageNames: Readonly<Record<Progress['stage'], string>> = {
  download: 'Downloading the model',
  verify: 'Verifying the model',
  prepare: 'Preparing the model',
  load: 'Loading the model',
};

/**
 * Shows progress on standard error: a bar with bytes, rate and time left on a terminal, one line a stage
 * elsewhere. `dispose` clears an unfinished bar, so that what is printed next starts on a line of its own.
 */
export function createProgressBar(): Disposable & { readonly report: ReportProgress } {
  let stage: Progress['stage'] | undefined;
  let bar: SingleBar | undefined;
  const close = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    report(progress) {
      if (progress.stage !== stage) {
        close();
        stage = progress.stage;
        if (process.stderr.isTTY) {
          bar = startBar(progress);
        } else {
          remark(`${stageNames[stage]} …`);
        }
      }
      bar?.setTotal(progress.totalCount ?? progress.doneCount);
      bar?.update(progress.doneCount);
      if (progress.doneCount === progress.totalCount) {
        close();
      }
    },
    dispose: close,
  };
}

function startBar({ stage, unit, doneCount, totalCount }: Progress): SingleBar {
  const showsBytes = unit === 'bytes';
  const bar = new SingleBar(
    {
      stream: process.stderr,
      hideCursor: true,
      etaBuffer: 50,
      format: ({ barCompleteString = '', barIncompleteString = '', barsize = 30 }, parameters) => {
        const share = parameters.total > 0 ? parameters.value / parameters.total : 0;
        const filled = Math.round(share * barsize);
        const drawn = barCompleteString.slice(0, filled) + barIncompleteString.slice(0, barsize - filled);
        const seconds = (Date.now() - parameters.startTime) / 1000;
        const done = showsBytes
          ? `${formatBytes(parameters.value)} of ${formatBytes(parameters.total)}`
          : `${parameters.value} of ${parameters.total}`;
        // What an earlier run had fetched already says nothing of the rate.
        const rate = seconds > 0 ? (parameters.value - doneCount) / seconds : 0;
        const rateText = showsBytes ? `, ${formatBytes(rate)}/s` : '';
        const left = rate > 0 ? `, ${Math.ceil((parameters.total - parameters.value) / rate)} s left` : '';
        return `${stageNames[stage]} ${drawn} ${Math.floor(share * 100)} % (${done}${rateText}${left})`;
      },
    },
    Presets.shades_classic,
  );
  bar.start(totalCount ?? doneCount, doneCount);
  return bar;
}
