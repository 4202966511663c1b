import type { SyntaxNode } from './parser';

/** A node of code with where it stands. */
export interface CodeNode {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode;
}

/** What is not an expression or a statement that runs: its inside has nothing to compute with. */
const skippedTypes: ReadonlySet<string> = new Set([
  'ERROR',
  'comment',
  'line_comment',
  'block_comment',
  'regex',
  'string_fragment',
  'string_content',
  'escape_sequence',
  'character_literal',
  'jsx_text',
  'import_statement',
  'import_from_statement',
  'import_declaration',
  'future_import_statement',
  'export_clause',
  'decorator',
  'annotation',
  'marker_annotation',
  'type',
  'type_annotation',
  'type_arguments',
  'type_parameters',
  'type_parameter',
  'type_predicate_annotation',
  'type_alias_declaration',
  'interface_declaration',
  'annotation_type_declaration',
  'asserts_annotation',
  'union_type',
  'array_type',
  'generic_type',
  'object_type',
  'literal_type',
  'predefined_type',
  'throws',
  'catch_type',
  'dimensions',
  'global_statement',
  'nonlocal_statement',
  'assert_statement',
]);

/**
 * Every node in and below `root` that is part of running code, in document order, `root` itself left out: nothing
 * in strings (but their interpolations), comments, types, imports and text that could not be parsed.
 */
export function codeNodes(root: SyntaxNode): CodeNode[] {
  const found: CodeNode[] = [];
  const visit = (parent: SyntaxNode) => {
    for (const node of parent.children) {
      if (node === null || skippedTypes.has(node.type) || isDocstring(node, parent)) {
        continue;
      }
      found.push({ node, parent });
      visit(node);
    }
  };
  visit(root);
  return found;
}

/** True for the same node of the same tree: tree-sitter hands out a new object each time. */
export function sameNode(a: SyntaxNode | null | undefined, b: SyntaxNode | null | undefined): boolean {
  return a !== null && b !== null && a !== undefined && b !== undefined && a.id === b.id;
}

function isDocstring(node: SyntaxNode, parent: SyntaxNode): boolean {
  return node.type === 'string' && parent.type === 'expression_statement';
}
