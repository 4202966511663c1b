import type { CodeNode } from '../../../syntax/codeNodes';
import { sameNode } from '../../../syntax/codeNodes';
import { nameRole, namesInScope } from '../../../syntax/namesInScope';
import { field } from '../../../syntax/nodes';
import type { SyntaxNode } from '../../../syntax/parser';
import type { CodeOfFunction, SlipEdit } from './edit';
import { replaceNode } from './edit';

/** More names than this are not tried at one place: those of the lines around it come first. */
const maxAlternatives = 24;
const unmistakable: ReadonlySet<string> = new Set(['self', 'cls', 'undefined', 'NaN', 'Infinity', 'super']);
/** Names of types and classes are looked up by the compiler, not remembered by the author. */
const typeName = /^[A-Z].*[a-z]/;

/** Another name of the function in the place of a variable, and of a called one in the place of a called one. */
export function variableEdits({ root, nodes }: CodeOfFunction): SlipEdit[] {
  const uses = nodes.flatMap((place) => {
    const role = place.node.type === 'identifier' ? nameRole(place.node, place.parent) : 'other';
    return role === 'value' || role === 'callee' ? [{ ...place, role }] : [];
  });
  const { names, isVisible } = namesInScope(root, nodes);
  const calledNames = new Set(uses.filter(({ role }) => role === 'callee').map(({ node }) => node.text));
  return uses.flatMap(({ node, parent, role }) => {
    const found = node.text;
    if (unmistakable.has(found) || typeName.test(found)) {
      return [];
    }
    const others = names.filter(
      (name) =>
        name !== found &&
        !unmistakable.has(name) &&
        !typeName.test(name) &&
        (role === 'callee' ? calledNames.has(name) : !calledNames.has(name)) &&
        isVisible(name, node.startIndex) &&
        !repeatsNeighbour(node, parent, name),
    );
    return nearest(others, node.startIndex, uses).map((name) => replaceNode('variable', node, name));
  });
}

/** Another member in the place of a member: of the same object anywhere in the file, or of any in the function. */
export function memberEdits({ nodes, text }: CodeOfFunction): SlipEdit[] {
  const members = nodes.flatMap((place) => memberAt(place) ?? []);
  const ofObjects = membersOfObjects(text);
  return members.flatMap(({ node, object, isCalled }) => {
    const inFile = ofObjects.get(object)?.[isCalled ? 'called' : 'read'] ?? new Set();
    const inFunction = members
      .filter((member) => member.isCalled === isCalled)
      .map((member) => member.node.text);
    const others = [...new Set([...inFile, ...inFunction])].filter((name) => name !== node.text);
    return others.slice(0, maxAlternatives).map((name) => replaceNode('member', node, name));
  });
}

interface Member {
  readonly node: SyntaxNode;
  /** Source text of what stands before the dot. */
  readonly object: string;
  readonly isCalled: boolean;
}

function memberAt({ node, parent }: CodeNode): Member | undefined {
  const property = field(parent, 'property') ?? field(parent, 'attribute') ?? field(parent, 'field');
  const object = field(parent, 'object')?.text;
  if (object === undefined) {
    return undefined;
  }
  if (parent.type === 'method_invocation') {
    return sameNode(field(parent, 'name'), node) ? { node, object, isCalled: true } : undefined;
  }
  if (!sameNode(property, node)) {
    return undefined;
  }
  const isCalled = sameNode(field(parent.parent ?? undefined, 'function'), parent);
  return { node, object, isCalled };
}

/** Members that the text reads and calls, by the name before the dot. */
function membersOfObjects(text: string): Map<string, Record<'called' | 'read', Set<string>>> {
  const found = new Map<string, Record<'called' | 'read', Set<string>>>();
  for (const [, object = '', member = '', call] of text.matchAll(
    /\b([\w$]+)\??\.([A-Za-z_$][\w$]*)(\s*\()?/g,
  )) {
    const members = found.get(object) ?? { called: new Set(), read: new Set() };
    members[call === undefined ? 'read' : 'called'].add(member);
    found.set(object, members);
  }
  return found;
}

/** True when `name` stands on the other side already: `x === x`, `x = x` are for the linter. */
function repeatsNeighbour(node: SyntaxNode, parent: SyntaxNode, name: string): boolean {
  return (
    /^(binary_expression|binary_operator|comparison_operator|boolean_operator|assignment_expression|assignment|variable_declarator)$/.test(
      parent.type,
    ) && parent.children.some((child) => child !== null && !sameNode(child, node) && child.text === name)
  );
}

function nearest(names: readonly string[], offset: number, uses: readonly CodeNode[]): string[] {
  if (names.length <= maxAlternatives) {
    return [...names];
  }
  const distances = new Map<string, number>();
  for (const { node } of uses) {
    const distance = Math.abs(node.startIndex - offset);
    distances.set(node.text, Math.min(distances.get(node.text) ?? Infinity, distance));
  }
  const distanceOf = (name: string) => distances.get(name) ?? Infinity;
  return [...names].sort((a, b) => distanceOf(a) - distanceOf(b)).slice(0, maxAlternatives);
}
