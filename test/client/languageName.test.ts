import { expect, test } from 'vitest';
import { languageNameIn } from '../../src/client/languageNameIn';

const manifests = [
  undefined,
  { name: 'theme' },
  { contributes: { languages: 'none' } },
  { contributes: { languages: [null, { id: 'typescript' }, { id: 'shellscript', aliases: [] }] } },
  {
    contributes: {
      languages: [
        { id: 'typescript', aliases: ['TypeScript', 'ts', 'typescript'] },
        { id: 'shellscript', aliases: ['Shell Script', 'bash'] },
      ],
    },
  },
  { contributes: { languages: [{ id: 'typescript', aliases: ['Another'] }] } },
];

test.each([
  ['typescript', 'TypeScript'],
  ['shellscript', 'Shell Script'],
  ['unheard-of', 'unheard-of'],
])('%s is called %s', (languageId, name) => {
  expect(languageNameIn(manifests, languageId)).toBe(name);
});
