import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { ValueType } from "../../../tooling/engine/plugins/shared/declarations";

/** A property of an interface or class of an SDK, as its declaration file has it. */
export interface SdkProperty {
  readonly type: ValueType;
  readonly optional: boolean;
  /** The text of its comment. */
  readonly comment: string;
}

/** The properties by name, in alphabetical order. */
export type SdkProperties = Record<string, SdkProperty>;

/** The properties of an interface or a class of a package's declaration file. */
export function sdkProperties(packageName: string, file: string, typeName: string): SdkProperties {
  const source = parse(packageName, file);
  for (const node of source.statements) {
    if ((ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name?.text === typeName) {
      return propertiesOf(node);
    }
  }
  throw new Error(`${packageName}/${file} has no ${typeName}`);
}

/** The outputs that the constructor of an SDK's class marks as secret. */
export function sdkSecretOutputs(packageName: string, file: string): string[] {
  const found: string[] = [];
  visit(parse(packageName, file), (node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === "additionalSecretOutputs") {
      visit(node.initializer, (item) => {
        if (ts.isStringLiteral(item)) {
          found.push(item.text);
        }
      });
    }
  });
  return found;
}

/** The defaults that the constructor of an SDK's class fills in, `(args?.name) ?? value`, as their source text. */
export function sdkConstructorDefaults(packageName: string, file: string): Record<string, string> {
  const found: Record<string, string> = {};
  visit(parse(packageName, file), (node) => {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      const name = /^\(args\?\.(\w+)\)$/.exec(node.left.getText())?.[1];
      if (name !== undefined) {
        found[name] = node.right.getText();
      }
    }
  });
  return found;
}

function propertiesOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): SdkProperties {
  const properties = [...node.members].flatMap((member) =>
    (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member.type !== undefined
      ? [[member.name.getText(), propertyOf(member, member.type)] as const]
      : [],
  );
  return Object.fromEntries(properties.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function propertyOf(member: ts.PropertySignature | ts.PropertyDeclaration, type: ts.TypeNode): SdkProperty {
  const text = type.getText().replace(/\s+/g, " ");
  const comment = ts.getJSDocCommentsAndTags(member).map((part) => part.getText());
  return {
    type: valueType(text.replace(" | undefined", "")),
    optional: member.questionToken !== undefined || text.includes("undefined"),
    comment: comment.join("\n"),
  };
}

function valueType(text: string): ValueType {
  const inner = /^pulumi\.(?:Input|Output)<(.*)>$/.exec(text)?.[1] ?? text;
  if (/^\{ \[key: string\]: (?:pulumi\.Input<string>|string); \}$/.test(inner)) {
    return "map of strings";
  }
  if (inner === "pulumi.Input<string>[]") {
    return "list of strings";
  }
  if (inner.startsWith("inputs.")) {
    return "object";
  }
  if (inner === "string" || inner.startsWith("enums.")) {
    return "string";
  }
  if (inner === "number") {
    return "integer";
  }
  if (inner === "boolean") {
    return "boolean";
  }
  throw new Error(`no shape is known for ${text}`);
}

function parse(packageName: string, file: string): ts.SourceFile {
  const path = join(dirname(require.resolve(`${packageName}/package.json`)), file);
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
