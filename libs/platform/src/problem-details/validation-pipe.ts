import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { nearest } from '../configuration/suggest.js';
import { Problem, type ProblemDetail } from './problem.js';

/** Nest and class-transformer drop what every object or class has, before anybody is asked whether it is known. */
const isDropped = (name: string): boolean => name in Object.prototype || name === 'prototype';

class StrictPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (typeof value === 'object' && value !== null && metatype !== undefined && type !== 'custom' && this.toValidate(metadata)) {
      const known = knownProperties(metatype.prototype as object);
      const property = Object.getOwnPropertyNames(value).find((name) => isDropped(name) && !known.includes(name));
      if (property !== undefined) {
        const details = [{ path: property, message: `unknown property ${property}`, expected: known.join(', ') }];
        throw new Problem('BT_HTTP_INVALID', `unknown property ${property}`, { errors: details });
      }
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/** Checks bodies and queries against their classes: unknown properties are refused, everything wrong is named at once. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: true, value: false },
    exceptionFactory: (errors) => {
      const details = onceEach(errors.flatMap((error) => detailsOf(error, '')));
      return new Problem('BT_HTTP_INVALID', details.map(({ message }) => message).join('; '), { errors: details });
    },
  });
}

function detailsOf(error: ValidationError, parent: string): ProblemDetail[] {
  const path = pathOf(parent, error.property);
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]): ProblemDetail => {
    if (constraint !== 'whitelistValidation') return { path, message: message.replace(error.property, path) };
    const known = knownProperties(error.target);
    const meant = nearest(error.property, known);
    return {
      path,
      message: `unknown property ${path}`,
      expected: known.join(', '),
      ...(meant === undefined ? {} : { suggestion: meant }),
    };
  });
  return [...own, ...(error.children ?? []).flatMap((child) => detailsOf(child, path))];
}

/** Several constraints of one field may say the same. */
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
