import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';

type Schema = Record<string, unknown>;

interface Parts {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const JSON_TYPE = 'application/json';
const REFERENCE = '#/components/schemas/';

/** Bytes, of which a schema says nothing: even none at all are a message of protobuf. */
const BYTES: Schema = { description: 'The bytes of the message.' };

/** Classes derived by `PartialType`, which leaves every member optional: null is allowed where their model allows it. */
const MODELS: Readonly<Record<string, string>> = { RulePatch: 'RuleBody' };

/**
 * Completes the descriptions of request bodies. Undocumented members are refused (BT_HTTP_INVALID names them), and optional ones may be null. References have
 * the form of OpenAPI 3.1, which allows a description next to `$ref`. Nest gives each content type of a body the same schema, which is for JSON only.
 */
export function describeBodies(document: OpenAPIObject): OpenAPIObject {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods) as readonly {
      readonly requestBody?: { readonly content?: Record<string, { schema?: Schema }> };
    }[]) {
      for (const [type, body] of Object.entries(operation.requestBody?.content ?? {})) {
        if (type === JSON_TYPE) close(body.schema, schemas);
        else body.schema = BYTES;
      }
    }
  }
  plainReferences(document);
  return document;
}

/** Forbids further members in a schema and all that it refers to, since the same classes validate all levels. */
function close(schema: Schema | undefined, schemas: Record<string, Schema>): void {
  const reference = schema?.['$ref'];
  const body = typeof reference === 'string' ? schemas[reference.slice(REFERENCE.length)] : schema;
  if (body === undefined) return;
  if (body['type'] === 'object' && body['properties'] !== undefined && reference !== undefined) {
    if ('additionalProperties' in body) return;
    body['additionalProperties'] = false;
    orNull(body, optionalMembers(String(reference).slice(REFERENCE.length)));
  }
  const { properties = {}, items, allOf = [], anyOf = [] } = body as Parts;
  for (const part of [...Object.values(properties), items, ...allOf, ...anyOf]) if (part !== body) close(part, schemas);
}

/** The members of a class with `@IsOptional`, which may be null. */
function optionalMembers(schema: string): ReadonlySet<string> {
  const name = MODELS[schema] ?? schema;
  // A private member of class-validator; without it openapi-document.spec.ts fails, because no document is made.
  const storage = getMetadataStorage();
  const classes = [...(storage as unknown as { readonly validationMetadatas: ReadonlyMap<unknown, unknown> }).validationMetadatas.keys()];
  const found = classes.find((target): target is Type => typeof target === 'function' && target.name === name);
  if (found === undefined) return new Set();
  const optional = storage.getTargetValidationMetadatas(found, '', false, false).filter((metadata) => metadata.name === 'isOptional');
  return new Set(optional.map(({ propertyName }) => propertyName));
}

function orNull(body: Schema, optional: ReadonlySet<string>): void {
  const { properties = {} } = body as { properties?: Record<string, Schema> };
  for (const [name, schema] of Object.entries(properties)) {
    if (!optional.has(name)) continue;
    const { $ref, allOf, type, enum: values } = schema as { $ref?: string; allOf?: readonly Schema[]; type?: unknown; enum?: unknown[] };
    const reference = $ref ?? (allOf?.length === 1 ? allOf[0]?.['$ref'] : undefined);
    if (reference !== undefined) {
      delete schema['$ref'];
      delete schema['allOf'];
      schema['anyOf'] = [{ $ref: reference }, { type: 'null' }];
    } else if (typeof type === 'string') {
      schema['type'] = [type, 'null'];
      if (values !== undefined) schema['enum'] = [...values, null];
    }
  }
}

/** Replaces `allOf` with one reference by the reference. */
function plainReferences(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const { allOf } = value as { allOf?: readonly Schema[] };
  if (Array.isArray(allOf) && allOf.length === 1 && typeof allOf[0]?.['$ref'] === 'string') {
    delete (value as Schema)['allOf'];
    Object.assign(value, allOf[0]);
  }
  for (const member of Object.values(value)) plainReferences(member);
}
