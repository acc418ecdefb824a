import { parseSync } from 'vite';

/** `type`: erased at run time; `value`: loaded with the module; `lazy`: by `import()` or `new URL(…, import.meta.url)`. */
export type ImportKind = 'type' | 'value' | 'lazy';

export interface ModuleFacts {
  readonly imports: readonly { readonly specifier: string; readonly kind: ImportKind }[];
  readonly exportsDefault: boolean;
  readonly exportsStar: boolean;
  /** Every statement is `export { … } from` or `export type { … } from`. */
  readonly onlyReExports: boolean;
}

interface Node { readonly type: string; readonly [key: string]: unknown }

/** What the rules need to know about one source file. */
export function readModule(file: string, source: string): ModuleFacts {
  const { program, module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]!.message}`);
  const imports: { specifier: string; kind: ImportKind }[] = [];
  const body = program.body as unknown as readonly Node[];

  for (const node of body) {
    const from = node['source'] as { value: string } | null | undefined;
    if (!from) continue;
    // `import { type A }` stays a run-time import of the module; only `import type` is erased.
    const erased = node['importKind'] === 'type' || node['exportKind'] === 'type';
    imports.push({ specifier: from.value, kind: erased ? 'type' : 'value' });
  }
  walk(program as unknown as Node, (node) => {
    if (node.type === 'ImportExpression') imports.push({ specifier: literal(node['source']), kind: 'lazy' });
    if (node.type === 'TSImportType') imports.push({ specifier: literal(node['source'] ?? node['argument']), kind: 'type' });
    if (node.type === 'NewExpression' && (node['callee'] as Node)['name'] === 'URL') {
      const [path, base] = node['arguments'] as Node[];
      if (path !== undefined && base?.type === 'MemberExpression' && literal(path).endsWith('.ts')) {
        imports.push({ specifier: literal(path), kind: 'lazy' });
      }
    }
  });
  const exported = module.staticExports.flatMap((statement) => statement.entries);
  return {
    imports,
    exportsDefault: exported.some((entry) => entry.exportName.kind === 'Default' || entry.exportName.name === 'default'),
    exportsStar: body.some((node) => node.type === 'ExportAllDeclaration'),
    onlyReExports: body.every((node) => node.type === 'ExportNamedDeclaration' && Boolean(node['source'])),
  };
}

/** The text of a string literal; a computed specifier comes back as its node type, which no rule allows. */
function literal(node: unknown): string {
  const { type, value, literal: inner } = node as { type: string; value?: unknown; literal?: { value: string } };
  if (inner !== undefined) return inner.value;
  return typeof value === 'string' ? value : `<${type}>`;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? (child as unknown[]) : [child]) {
      if (typeof item === 'object' && item !== null && typeof (item as Node).type === 'string') walk(item as Node, visit);
    }
  }
}
