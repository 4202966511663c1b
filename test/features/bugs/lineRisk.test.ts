import { expect, test } from 'vitest';
import { lineRisks } from '../../../src/features/bugs/lineRisk';

const lines = [
  'function longest(texts, options, fallback) {',
  '  let best;',
  '  for (const text of texts) {',
  '    if (best === undefined || text.length > best.length) {',
  '      best = options.trim ? text.trim() : text;',
  '    }',
  '  } while (false);',
  '  return best;',
];

test('long conditions late in a function come first, its head and closing lines last', () => {
  const risks = lineRisks(lines);
  const order = [...risks.keys()].sort((a, b) => (risks[b] ?? NaN) - (risks[a] ?? NaN));
  expect(order.slice(0, 2).sort()).toEqual([3, 4]);
  expect(order.slice(-3).sort()).toEqual([0, 1, 5]);
});

test('a risk is told against the average line of the function, so that functions can be compared', () => {
  const average = (risks: readonly number[]) =>
    risks.reduce((sum, risk) => sum + Math.exp(risk), 0) / risks.length;
  expect(average(lineRisks(lines))).toBeCloseTo(1);
  expect(average(lineRisks(['return 1;']))).toBeCloseTo(1);
  expect(lineRisks([])).toEqual([]);
});
