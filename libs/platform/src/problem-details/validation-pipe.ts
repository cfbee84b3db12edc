import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { suggest } from '../configuration/suggest.js';
import { Problem, type ProblemDetail } from './problem.js';
import { refuseUnwieldy } from './refuse-unwieldy.js';

/** Nest and class-transformer drop members with these names before the check for unknown members. */
const isDropped = (name: string): boolean => name in Object.prototype || name === 'prototype';

class StrictPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    // class-transformer accepts these as if nothing had been sent.
    if (type === 'body' && (value === null || !['object', 'undefined'].includes(typeof value)) && this.toValidate(metadata)) {
      const message = `the body must be an object, not ${value === null ? 'null' : `a ${typeof value}`}`;
      throw new Problem('BT_HTTP_INVALID', message, { errors: [{ message }] });
    }
    if (typeof value === 'object' && value !== null && metatype !== undefined && type !== 'custom' && this.toValidate(metadata)) {
      refuseUnwieldy(value);
      const properties = knownProperties(metatype.prototype as object);
      const property = Object.getOwnPropertyNames(value).find((name) => isDropped(name) && !properties.includes(name));
      if (property !== undefined) {
        const details = [{ path: property, message: `unknown property ${property}`, expected: properties.join(', ') }];
        throw new Problem('BT_HTTP_INVALID', `unknown property ${property}`, { errors: details });
      }
    }
    const long = metadata.type === 'body' ? longList(value) : undefined;
    if (long !== undefined && this.toValidate(metadata)) return this.inSlices(value as object, long, metadata);
    return super.transform(value, metadata) as Promise<unknown>;
  }

  /** Validates a long list in slices: thousands of items at once would block other requests for a second. */
  private async inSlices(body: object, [property, items]: LongList, metadata: ArgumentMetadata): Promise<unknown> {
    const errors: ProblemDetail[] = [];
    const taken: unknown[] = [];
    let result: object = body;
    for (let from = 0; from < items.length; from += SLICE) {
      try {
        const slice = { ...body, [property]: items.slice(from, from + SLICE) };
        result = (await super.transform(slice, metadata)) as object;
        taken.push(...(result as Readonly<Record<string, unknown[]>>)[property]!);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        errors.push(...(error.errors ?? []).map((detail) => moved(detail, property, from)));
      }
      if (errors.length >= MAX_ERRORS) break;
      await nextTurn();
    }
    if (errors.length > 0) throw invalid(onceEach(errors).slice(0, MAX_ERRORS));
    return Object.assign(result, { [property]: taken });
  }
}

/** Items validated at once. */
const SLICE = 100;
/** Maximum of errors reported for a long list. */
const MAX_ERRORS = 100;

type LongList = readonly [property: string, items: readonly unknown[]];

/** The longest list of a body, if it is long; the other lists are validated again with each slice. */
function longList(value: unknown): LongList | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const lists = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > SLICE);
  return lists.toSorted(([, a], [, b]) => b.length - a.length)[0];
}

/** The errors of a slice, with their indexes in the whole list. */
function moved(detail: ProblemDetail, property: string, by: number): ProblemDetail {
  const place = (text: string): string =>
    text.replaceAll(`${property}[`, `${property}[#`).replace(/\[#(\d+)/g, (_, index: string) => `[${Number(index) + by}`);
  const { path, message } = detail;
  return { ...detail, ...(path === undefined ? {} : { path: place(path) }), message: place(message) };
}

function invalid(errors: readonly ProblemDetail[]): Problem {
  return new Problem('BT_HTTP_INVALID', errors.map(({ message }) => message).join('; '), { errors });
}

/** Validates bodies and queries against their classes: refuses unknown properties, and reports all mistakes at once. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: true, value: false },
    exceptionFactory: (errors) => {
      const details = onceEach(errors.flatMap((error) => detailsOf(error, '')));
      return invalid(details);
    },
  });
}

function detailsOf(error: ValidationError, parent: string): ProblemDetail[] {
  const path = pathOf(parent, error.property);
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]): ProblemDetail => {
    if (constraint === 'isIn') return { path, message: message.replace(error.property, path), ...meantValue(error) };
    if (constraint !== 'whitelistValidation') return { path, message: message.replace(error.property, path) };
    const properties = knownProperties(error.target);
    const meant = suggest(error.property, properties);
    return {
      path,
      message: `unknown property ${path}`,
      expected: properties.join(', '),
      ...(meant === undefined ? {} : { suggestion: meant }),
    };
  });
  return [...own, ...(error.children ?? []).flatMap((child) => detailsOf(child, path))];
}

/** The value of an enumeration that was probably meant: HIGH for `high`. */
function meantValue({ target, property }: ValidationError): { readonly suggestion?: string } {
  const value = (target as Record<string, unknown> | undefined)?.[property];
  if (target === undefined || typeof value !== 'string') return {};
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const words: unknown = metadata.find(({ name, propertyName }) => name === 'isIn' && propertyName === property)?.constraints[0];
  const texts = Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
  const meant = texts.find((word) => word.toLowerCase() === value.trim().toLowerCase()) ?? suggest(value, texts);
  return meant === undefined ? {} : { suggestion: meant };
}

/** Removes duplicates: several constraints of one field may give the same message. */
function onceEach(details: readonly ProblemDetail[]): ProblemDetail[] {
  return [...new Map(details.map((detail) => [`${detail.path} ${detail.message}`, detail])).values()];
}

function pathOf(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

function knownProperties(target: object | undefined): string[] {
  if (target === undefined) return [];
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}
