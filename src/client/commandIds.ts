/** Every command a user can run; package.json declares exactly these, and `commands.ts` has a handler for each. */
export const commandIds = [
  'sotto.showMenu',
  'sotto.getModel',
  'sotto.chooseModel',
  'sotto.chooseModelFile',
  'sotto.chooseDevice',
  'sotto.whyNoSuggestion',
  'sotto.pauseTenMinutes',
  'sotto.pauseLanguage',
  'sotto.pauseEverywhere',
  'sotto.resume',
  'sotto.restart',
  'sotto.showLog',
  'sotto.openWalkthrough',
  'sotto.explain',
  'sotto.document',
  'sotto.documentFile',
  'sotto.stopExplaining',
  'sotto.retryExplanation',
  'sotto.shortenExplanation',
  'sotto.lengthenExplanation',
  'sotto.askAboutExplanation',
  'sotto.copyExplanation',
  'sotto.showWhatTheModelSaw',
  'sotto.closeExplanation',
] as const;

export type CommandId = (typeof commandIds)[number];
