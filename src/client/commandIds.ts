/** Every command a user can run; package.json declares exactly these, and `commands.ts` has a handler for each. */
export const commandIds = [
  'sotto.showMenu',
  'sotto.getModel',
  'sotto.chooseModel',
  'sotto.chooseModelFile',
  'sotto.whyNoSuggestion',
  'sotto.pauseTenMinutes',
  'sotto.pauseLanguage',
  'sotto.pauseEverywhere',
  'sotto.resume',
  'sotto.restart',
  'sotto.showLog',
  'sotto.openWalkthrough',
] as const;

export type CommandId = (typeof commandIds)[number];
