import type { Network } from '../network';
import type { Value } from '../onnxBuilder';
import { dataType } from '../onnxModel';
import { rowsOf, type BlockMatrix } from '../weightsPlan';
import type { ArchitectureOptions } from './architecture';

/**
 * From the last hidden states [1, seq, hidden] to the logits and what is read of them. The head is a fifth of all
 * weights: only the wanted positions go through it, and for rare tokens often none. Each part of the vocabulary has
 * inputs and outputs of its own, named after its number.
 */
export function writeHead(
  network: Network,
  hidden: Value,
  head: BlockMatrix,
  { headParts, logitsReader }: ArchitectureOptions,
): void {
  const from = network.input('logits_from', dataType.int64, [1]);
  const common = network.positionsFrom('wanted', hidden, from); // [1, wanted, hidden]
  const rare = headParts.some(({ isRare }) => isRare)
    ? network.positionsFrom('wanted_rare', hidden, network.input('rare_from', dataType.int64, [1]))
    : common; // [1, wanted or 0, hidden]
  for (const [index, { firstId, idCount, isRare }] of headParts.entries()) {
    const rowCount = isRare ? 'wanted_rare' : 'wanted';
    const rows = rowsOf(head, firstId, idCount);
    const logits = network.logits(`logits.${index}`, isRare ? rare : common, rows); // [1, wanted, ids]
    network.output(logits, dataType.float32, [1, rowCount, idCount]);
    // Of no rows ONNX Runtime 1.30 cannot find the largest.
    if (logitsReader === 'graph') {
      writeReader(index, isRare ? network.withSpareRow(`spare.${index}`, logits) : logits, rowCount);
    } else if (!isRare) {
      writeSummary(index, logits, rowCount);
    }
  }

  function writeReader(index: number, logits: Value, wanted: string): void {
    writeSummary(index, logits, wanted);
    const largest = network.largest(`largest.${index}`, logits);
    network.output(largest, dataType.float32, [1, wanted, 1]);
    const others = network.without(`others.${index}`, logits, largest);
    network.output(network.argMax(`second.${index}`, others), dataType.int64, [1, wanted]);
    network.output(network.largest(`second_largest.${index}`, others), dataType.float32, [1, wanted, 1]);
    const ids = network.input(`ids.${index}`, dataType.int32, [`picked.${index}`]);
    const picked = network.pick(`picked.${index}`, logits, ids);
    network.output(picked, dataType.float32, [1, wanted, `picked.${index}`]);
  }

  function writeSummary(index: number, logits: Value, wanted: string): void {
    network.output(network.logSumExp(`log_sum_exp.${index}`, logits), dataType.float32, [1, wanted, 1]);
    network.output(network.argMax(`arg_max.${index}`, logits), dataType.int64, [1, wanted]);
  }
}
